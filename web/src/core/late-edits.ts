// What was edited in the last moments of a page. IndexedDB does not finish what a page begins while it
// is closed or loaded anew; localStorage does. The next page of this device takes it up; what had been
// stored all the same changes nothing then. Each page writes under a name of its own.

import { array, number, object, string, tryCheck, union } from './guard'
import { shortId } from './ids'

const ROOT = 'mirepoix.late'
const form = object({ epoch: union(number(), string()), updates: array(string()) })

export class LateEdits {
  private readonly start: string
  private readonly own: string

  /** owner: the name of the person's database. */
  constructor(owner: string, documentId: string) {
    this.start = `${ROOT}:${owner}:${documentId}:`
    this.own = this.start + shortId()
  }

  /** Keep these, which are not known to be stored. */
  keep(epoch: number | string | null, updates: readonly Uint8Array[]): void {
    try {
      if (updates.length === 0 || epoch === null) localStorage.removeItem(this.own)
      else localStorage.setItem(this.own, JSON.stringify({ epoch, updates: updates.map(lettersOf) }))
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
        return kept.updates.map(bytesOf)
      })
    } catch {
      return []
    }
  }
}

function lettersOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
}

function bytesOf(letters: string): Uint8Array {
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0))
}
