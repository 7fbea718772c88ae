// Printing: a clean menu as guests would read it, made only when somebody prints.

import type { Editor } from '../state'

/** Draw the menu for paper and open the browser's print dialog. */
export async function printMenu(editor: Editor): Promise<void> {
  const { printView } = await import('./print-view')
  printView(editor)
}
