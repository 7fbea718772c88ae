// Messages of y-protocols, as `sync` frames of the rooms socket carry them.
// Source: y-protocols PROTOCOL.md.

import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'

const SYNC = 0
const AWARENESS = 1
const STEPS = ['step1', 'step2', 'update'] as const

export type SyncKind = (typeof STEPS)[number] | 'awareness'

export interface SyncMessage {
  readonly kind: SyncKind
  readonly bytes: Uint8Array // a state vector, an update, or awareness entries
}

export function encodeSync({ kind, bytes }: SyncMessage): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, kind === 'awareness' ? AWARENESS : SYNC)
  if (kind !== 'awareness') encoding.writeVarUint(encoder, STEPS.indexOf(kind))
  encoding.writeVarUint8Array(encoder, bytes)
  return encoding.toUint8Array(encoder)
}

/** null: it is none that is known here. */
export function decodeSync(data: Uint8Array): SyncMessage | null {
  try {
    const decoder = decoding.createDecoder(data)
    const outer = decoding.readVarUint(decoder)
    const kind = outer === AWARENESS ? 'awareness' : outer === SYNC ? STEPS[decoding.readVarUint(decoder)] : undefined
    return kind === undefined ? null : { kind, bytes: decoding.readVarUint8Array(decoder) }
  } catch {
    return null
  }
}
