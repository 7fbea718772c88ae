// Rooms and commands over the socket.
// A subscription outlives connections: after each reconnect it goes on behind its cursor; when the
// server cannot follow that cursor (`gap`) it takes a snapshot. Commands are answered by id; a cut
// rejects them with Disconnected, and nobody knows whether they were done: the outbox sends again.

import { effect } from '@preact/signals'
import { number, object, tryCheck } from './guard'
import { noticeGuard, resGuard } from './protocol'
import { Room } from './room'
import type { OwnSocket } from './socket'

const ANSWER_MS = 30_000
const LARGEST_HANDLE = 2 ** 31 - 1

/** How far a room is known here. Offsets are those of an epoch. */
export interface Cursor {
  readonly epoch: number | string
  readonly offset: number
}

export interface RoomEvent {
  readonly offset: number
  readonly type: string
  readonly seq: number
  readonly actor: string
  readonly atMs: number
  readonly body: unknown
}

/** The server's answer to a subscription. */
export interface Subd {
  readonly room: string
  readonly epoch: number | string
  readonly top: number
  readonly recovered: boolean // it goes on behind the cursor
  readonly schema?: number | undefined // of a menu
  readonly access?: 'read' | 'write' | undefined // to a menu
  readonly session?: string | undefined
}

export interface Gap {
  readonly why: string
  readonly epoch: number | string
  readonly top: number
}

/** Something the server says to the person. */
export interface Notice {
  readonly code: string
  readonly reason: string
  readonly field?: string | undefined
  readonly kept?: unknown
  /** All of it, with what else belongs to the code. */
  readonly details: Readonly<Record<string, unknown>>
}

export interface RoomListener {
  subscribed?(info: Subd): void
  snapshot?(at: number, body: unknown): void
  events?(events: readonly RoomEvent[]): void
  /** What came after the cursor is lost; a snapshot follows. */
  gap?(gap: Gap): void
  sync?(data: Uint8Array): void
  saved?(n: number): void
  /** The room is not there, or not (any more) for us: the subscription rests until the next connection. */
  refused?(notice: Notice): void
  /** Anything else that the server says about this room; the subscription goes on. */
  notice?(notice: Notice): void
  said?(from: string, kind: string, body: unknown): void
  disconnected?(): void
}

export interface RoomSubscription {
  readonly cursor: Cursor | null
  readonly isSubscribed: boolean
  /** Everything up to the offset was shown to people. */
  seen(offset: number): void
  sendSync(data: Uint8Array): void
  mark(n: number): void
  say(kind: string, body: object): void
  /** Subscribes anew, from a snapshot unless a cursor is given. */
  restart(cursor?: Cursor): void
  leave(): void
}

export interface Command {
  readonly id: string // the idempotency key
  readonly room: string
  readonly type: string
  readonly body: object
  readonly deviceSeq?: number
  readonly clientAtMs?: number
}

export interface CommandResult {
  readonly result: 'ok' | 'noop' | 'dup' | 'rejected'
  readonly seq?: number | undefined
  readonly offset?: number | undefined
  readonly code?: string | undefined
  readonly reason?: string | undefined
  readonly current?: unknown
}

/** There is no connection, or it was cut before the answer came. */
export class Disconnected extends Error {
  constructor() {
    super('no connection')
    this.name = 'Disconnected'
  }
}

export interface Channel {
  /** want 'events': without a cursor no snapshot, only what happens from now on. */
  subscribe(room: string, listener: RoomListener, cursor?: Cursor, want?: 'events'): RoomSubscription
  /** Resolves with the server's answer, refusals too. Throws Disconnected. */
  command(command: Command): Promise<CommandResult>
  /** Hears what the server says, about a room or in general. */
  onNotice(listener: (notice: Notice) => void): () => void
}

/** What only link.ts uses. */
export interface OwnChannel extends Channel {
  close(): void
}

/** The rooms behind a socket. */
export function openChannel(socket: OwnSocket): OwnChannel {
  return new RoomsChannel(socket)
}

const handleForm = object({ h: number() })

interface Waiting {
  readonly room: string
  resolve(result: CommandResult): void
  reject(error: Error): void
  readonly timer: ReturnType<typeof setTimeout>
}

class RoomsChannel implements OwnChannel {
  readonly #rooms = new Map<number, Room>()
  readonly #waiting = new Map<string, Waiting>()
  readonly #noticeListeners = new Set<(notice: Notice) => void>()
  readonly #stops: (() => void)[]
  #lastHandle = 0

  constructor(private readonly socket: OwnSocket) {
    let wasOpen = false
    this.#stops = [
      socket.onFrame((op, content) => this.#receive(op, content)),
      effect(() => {
        const isOpen = socket.state.value === 'open'
        if (isOpen === wasOpen) return
        wasOpen = isOpen
        if (isOpen) for (const room of this.#rooms.values()) room.ask()
        else this.#cut()
      }),
    ]
  }

  subscribe(room: string, listener: RoomListener, cursor?: Cursor, want?: 'events'): RoomSubscription {
    this.#lastHandle = (this.#lastHandle % LARGEST_HANDLE) + 1
    const handle = this.#lastHandle
    const left = (): void => {
      this.#rooms.delete(handle)
    }
    const one = new Room(this.socket, handle, room, listener, cursor ?? null, want, left)
    this.#rooms.set(handle, one)
    one.ask()
    return one
  }

  command(command: Command): Promise<CommandResult> {
    return new Promise((resolve, reject) => {
      const sent = this.socket.send('cmd', {
        id: command.id,
        room: command.room,
        type: command.type,
        body: command.body,
        device_seq: command.deviceSeq,
        client_at_ms: command.clientAtMs === undefined ? undefined : Math.round(command.clientAtMs),
      })
      if (!sent) return reject(new Disconnected())
      this.#forget(command.id)?.reject(new Disconnected())
      const timer = setTimeout(() => this.#forget(command.id)?.reject(new Disconnected()), ANSWER_MS)
      this.#waiting.set(command.id, { room: command.room, resolve, reject, timer })
    })
  }

  onNotice(listener: (notice: Notice) => void): () => void {
    this.#noticeListeners.add(listener)
    return () => this.#noticeListeners.delete(listener)
  }

  close(): void {
    for (const stop of this.#stops) stop()
    this.#cut()
  }

  #cut(): void {
    for (const room of [...this.#rooms.values()]) room.cut()
    for (const id of [...this.#waiting.keys()]) this.#forget(id)?.reject(new Disconnected())
  }

  #forget(id: string): Waiting | undefined {
    const one = this.#waiting.get(id)
    this.#waiting.delete(id)
    clearTimeout(one?.timer)
    return one
  }

  #receive(op: string, content: unknown): void {
    if (op === 'res') {
      const answer = tryCheck(resGuard, content)
      const waiting = answer === null ? undefined : this.#forget(answer.id)
      if (answer === null || waiting === undefined) return
      waiting.resolve(answer)
      if (answer.result !== 'rejected') for (const room of this.#rooms.values()) room.touched(waiting.room)
      return
    }
    const h = tryCheck(handleForm, content)?.h
    const room = h === undefined ? undefined : this.#rooms.get(h)
    if (op === 'notice') this.#notice(content, room)
    else room?.receive(op, content)
  }

  #notice(content: unknown, room: Room | undefined): void {
    const said = tryCheck(noticeGuard, content)
    if (said === null) return
    const { code, reason, field, kept } = said
    const notice: Notice = { code, reason, field, kept, details: { ...said } }
    room?.heard(notice)
    for (const listener of [...this.#noticeListeners]) listener(notice)
  }
}
