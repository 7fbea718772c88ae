// Ids that devices draw themselves. Only getRandomValues is used: randomUUID needs a secure context.

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz'
const SHORT_LENGTH = 10
const FAIR_BELOW = 252 // the largest multiple of 36 in a byte: above it some letters would come more often

/** A UUID of version 7: ids drawn later sort later. For commands. */
export function uuid7(nowMs: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  let rest = nowMs
  for (let at = 5; at >= 0; at -= 1) {
    bytes[at] = rest % 256
    rest = Math.floor(rest / 256)
  }
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Ten characters 0-9 a-z (51 bits). For lines, notes, payments and dishes. */
export function shortId(): string {
  let id = ''
  while (id.length < SHORT_LENGTH) {
    for (const byte of crypto.getRandomValues(new Uint8Array(SHORT_LENGTH))) {
      if (byte < FAIR_BELOW && id.length < SHORT_LENGTH) id += ALPHABET[byte % 36]
    }
  }
  return id
}
