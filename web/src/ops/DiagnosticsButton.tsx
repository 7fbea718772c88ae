// Copies what a helper needs to know; where the browser forbids copying, shows it to be selected.

import { useState } from 'preact/hooks'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { toast } from '../ui/Toast'
import type { Operations } from './state'
import { opsText } from './texts'

export interface DiagnosticsButtonProps {
  operations: Pick<Operations, 'diagnostics'>
  class?: string
}

/** The button, and its fallback. */
export function DiagnosticsButton({ operations, class: extra }: DiagnosticsButtonProps) {
  const [isBusy, setBusy] = useState(false)
  const [text, setText] = useState<string | null>(null)
  const copy = async (): Promise<void> => {
    setBusy(true)
    try {
      const found = JSON.stringify(await operations.diagnostics(), null, 2)
      if (await isCopied(found)) toast({ text: opsText('diagnosticsCopied'), kind: 'good' })
      else setText(found)
    } catch {
      toast({ text: opsText('diagnosticsFailed'), kind: 'bad' })
    }
    setBusy(false)
  }
  return (
    <>
      <Button icon="copy" busy={isBusy} class={extra} title={opsText('copyDiagnostics')} onClick={() => void copy()}>
        {opsText('copyDiagnostics')}
      </Button>
      <Dialog title={opsText('diagnosticsTitle')} open={text !== null} wide onClose={() => setText(null)}>
        <p class="note">{opsText('diagnosticsSelect')}</p>
        <textarea
          class="input ops-diagnostics"
          dir="ltr"
          readOnly
          rows={16}
          aria-label={opsText('diagnosticsTitle')}
          value={text ?? ''}
          onFocus={(event) => event.currentTarget.select()}
        />
      </Dialog>
    </>
  )
}

async function isCopied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false // not a secure address, or forbidden
  }
}
