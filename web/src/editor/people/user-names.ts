// Who somebody is, by the id that the server writes into history and versions.

import type { Editor } from '../state'

/** Somebody as people know them. Subscribes: their name may still be on its way. */
export function nameOfUser(editor: Editor, user: string, replica = ''): string {
  return editor.live.nameOf(user, replica)
}
