// Who is here, from the connections: one entry a person, however many devices they have.

import type { OpenConnection } from '../core/protocol'

export interface PersonHere {
  readonly id: string
  readonly name: string
  readonly roles: readonly string[]
  readonly isIdle: boolean
  readonly connections: number
  readonly devices: readonly string[]
  readonly rooms: readonly string[]
  readonly unsynced: number
}

/** The people behind some connections, by name; whoever has not signed in yet is nobody. */
export function peopleOf(connections: readonly OpenConnection[]): readonly PersonHere[] {
  const byUser = new Map<string, OpenConnection[]>()
  for (const one of connections) {
    if (one.user === null) continue
    const key = `${one.restaurant ?? ''}/${one.user}`
    byUser.set(key, [...(byUser.get(key) ?? []), one])
  }
  return [...byUser].map(([id, all]) => person(id, all)).sort((a, b) => a.name.localeCompare(b.name))
}

function person(id: string, all: readonly OpenConnection[]): PersonHere {
  const named = all.find((one) => one.name !== null)
  return {
    id,
    name: named?.name ?? all[0]?.user ?? '',
    roles: distinct(all.flatMap((one) => one.roles)),
    isIdle: all.every((one) => one.status === 'idle'),
    connections: all.length,
    devices: distinct(all.map((one) => one.device).filter(Boolean)),
    rooms: distinct(all.flatMap((one) => one.rooms)),
    unsynced: all.reduce((sum, one) => sum + (one.unsynced ?? 0), 0),
  }
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)]
}
