// Into the clipboard; at addresses that are not secure there is none, and the old way is taken.

import { toast } from './Toast'
import { uiText } from './texts'

/** Copies, and says whether it worked. */
export async function copyText(text: string): Promise<void> {
  const hasCopied = (await byClipboard(text)) || bySelection(text)
  toast(hasCopied ? { text: uiText('copied'), kind: 'good', seconds: 2 } : { text: uiText('copyFailed'), kind: 'warn' })
}

async function byClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

function bySelection(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'visually-hidden'
  document.body.append(area)
  area.select()
  try {
    return document.execCommand('copy')
  } catch {
    return false
  } finally {
    area.remove()
  }
}
