// What has not reached the server, as a file that a person can keep or send to somebody.

import type { Link } from '../core/link'

/** Hand the unsent changes of this device to the person as a JSON file. */
export async function exportChanges(link: Link): Promise<void> {
  const name = `mirepoix-changes-${new Date().toISOString().slice(0, 16).replace(/[:T]/g, '-')}.json`
  downloadFile(name, 'application/json', JSON.stringify(await unsentChanges(link), null, 2))
}

/** Commands as they are; edits of documents as fields in plain words, and as update bytes in base64. */
export async function unsentChanges(link: Link): Promise<object> {
  const [dirty, updates] = await link.db.read(
    ['dirty', 'updates'],
    async (transaction) =>
      [await transaction.objectStore('dirty').getAll(), await transaction.objectStore('updates').getAll()] as const,
  )
  return {
    format: 'mirepoix-unsent-changes/1',
    exported_at: new Date().toISOString(),
    user: link.session.me.peek()?.user ?? null,
    commands: link.outbox.entries.peek(),
    fields: dirty,
    updates: updates
      .filter((update) => update.origin === 'local')
      .map((update) => ({ doc: update.doc, local_seq: update.localSeq, bytes: base64(update.bytes) })),
  }
}

/** How many edits of menus wait on this device. Rejects when it cannot be read. */
export async function keptEdits({ db }: Link): Promise<number> {
  const updates = await db.read(['updates'], (transaction) => transaction.objectStore('updates').getAll())
  return updates.reduce((sum, { origin, edits }) => sum + (origin === 'local' ? (edits ?? 1) : 0), 0)
}

/** Let the browser save a text as a file. */
export function downloadFile(name: string, type: string, content: BlobPart): void {
  const address = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
