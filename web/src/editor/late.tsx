// What nobody needs in the first second: chips, the follow bar, questions and dialogs. Loaded when the
// board stands.

import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { TitleDialog } from './bar/title-dialog'
import { LanguageDialog } from './board/language-dialog'
import { MoveDialog } from './board/move-dialog'
import { FollowBar } from './people/follow-bar'
import { JumpChips } from './people/jump-chips'
import { Notices } from './people/notices'
import { t } from './texts'

export { FieldConflictCard } from './conflicts/field-conflicts'

/** Whether to undo what somebody else has edited since. */
export interface Question {
  readonly name: string
  readonly answer: (yes: boolean) => void
}

/** All of it. */
export function Late({ question, onAnswer }: { question: Question | null; onAnswer: (yes: boolean) => void }) {
  return (
    <>
      <JumpChips />
      <FollowBar />
      <MoveDialog />
      <TitleDialog />
      <LanguageDialog />
      <Notices />
      <Dialog
        title={t('undo_others_title')}
        open={question !== null}
        onClose={() => onAnswer(false)}
        actions={
          <>
            <Button onClick={() => onAnswer(false)}>{t('keep_it')}</Button>
            <Button kind="danger" onClick={() => onAnswer(true)}>
              {t('undo_anyway')}
            </Button>
          </>
        }
      >
        <p>{t('undo_others', { name: question?.name ?? '' })}</p>
      </Dialog>
    </>
  )
}
