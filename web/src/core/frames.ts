// Frames of the rooms protocol as this page speaks them: `mirepoix.v1.json`, text with bytes as base64.
// Browsers read JSON natively; a codec for msgpack would be a sixth of what a guest's telephone loads.

/** What is asked for when the socket opens. */
export const SUBPROTOCOL = 'mirepoix.v1.json'

const CHUNK_BYTES = 0x8000 // String.fromCharCode takes so many arguments everywhere

/** One frame as text. */
export function encodeFrame(op: string, content: object): string {
  return JSON.stringify([op, content], (_, value: unknown) => (value instanceof Uint8Array ? base64(value) : value))
}

/** What came; the bytes of `sync` as bytes. Throws for what is no JSON. */
export function decodeFrame(text: string): unknown {
  const frame: unknown = JSON.parse(text)
  if (!Array.isArray(frame) || frame[0] !== 'sync') return frame
  const content = frame[1] as { readonly data?: unknown } | null
  return typeof content?.data === 'string' ? ['sync', { ...content, data: bytesOf(content.data) }] : frame
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK_BYTES))
  }
  return btoa(text)
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
}
