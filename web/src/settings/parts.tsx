// What the panels have in common: their heading, waiting and failing, and the question before something
// is lost.

import type { ComponentChildren } from 'preact'
import { Banner } from '../ui/Banner'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { problemWords } from '../ui/problem-words'
import { Skeleton } from '../ui/Skeleton'
import { uiText } from '../ui/texts'
import type { Answer } from '../ui/use-answer'
import type { Saving } from './use-save'

/** The heading of a panel with its main action. */
export function PanelHead(props: { title: string; help?: string; children?: ComponentChildren }) {
  return (
    <header class="panel-head">
      <div>
        <h2>{props.title}</h2>
        {props.help && <p>{props.help}</p>}
      </div>
      {props.children && <div class="panel-actions">{props.children}</div>}
    </header>
  )
}

/** What is shown until the answer is there, or why there is none. */
export function Waiting({ answer }: { answer: Answer<unknown> }) {
  if (answer.error !== null) {
    return (
      <Banner kind="bad" action={<Button onClick={answer.reload}>{uiText('retry')}</Button>}>
        {problemWords(answer.error)}
      </Banner>
    )
  }
  return answer.value === null ? <Skeleton lines={5} /> : null
}

export interface FormDialogProps {
  title: string
  saving: Saving
  onClose: () => void
  onSubmit: () => void
  submit: string
  danger?: boolean
  wide?: boolean
  children?: ComponentChildren
}

/** A form in a dialog: cancel, and one button that does it. */
export function FormDialog({ title, saving, onClose, onSubmit, submit, danger, wide, children }: FormDialogProps) {
  return (
    <Dialog
      title={title}
      open
      wide={wide}
      onClose={onClose}
      onSubmit={onSubmit}
      actions={
        <>
          <Button onClick={onClose}>{uiText('cancel')}</Button>
          <Button kind={danger ? 'danger' : 'primary'} type="submit" busy={saving.isBusy}>
            {submit}
          </Button>
        </>
      }
    >
      {saving.problem !== null && <Banner kind="bad">{saving.problem}</Banner>}
      {children}
    </Dialog>
  )
}
