// What was edited in the last moments of a page. IndexedDB does not finish what a page begins while it
// is closed or loaded anew; localStorage does. The next page of this device takes it up; what had been
// stored all the same changes nothing then. Each page writes under a name of its own.

import { number, object, string, tryCheck, union } from './guard'
import { shortId } from './ids'

const ROOT = 'mirepoix.late'
const form = object({ epoch: union(number(), string()), bytes: string() })

export class LateEdits {
  private readonly start: string
  private readonly own: string

  /** owner: the name of the person's database. */
  constructor(owner: string, documentId: string) {
    this.start = `${ROOT}:${owner}:${documentId}:`
    this.own = this.start + shortId()
  }

  /** Keep this, which is not known to be stored; null: everything is. */
  keep(epoch: number | string | null, bytes: Uint8Array | null): void {
    try {
      if (bytes === null || epoch === null) localStorage.removeItem(this.own)
      else localStorage.setItem(this.own, JSON.stringify({ epoch, bytes: lettersOf(bytes) }))
    } catch {
      // A browser that keeps nothing, or no space: as without it.
    }
  }

  /** What earlier pages kept of this history; it is forgotten here. */
  take(epoch: number | string | null): Uint8Array[] {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(this.start))
      return keys.flatMap((key) => {
        const kept = tryCheck(form, JSON.parse(localStorage.getItem(key) ?? 'null'))
        localStorage.removeItem(key)
        if (kept === null || kept.epoch !== epoch) return []
        return [Uint8Array.from(kept.bytes, (letter) => letter.charCodeAt(0))]
      })
    } catch {
      return []
    }
  }
}

function lettersOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
}
