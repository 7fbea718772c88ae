// There is no way in: said in a friendly sentence, with what to do about it.

import { Button } from '../ui/Button'
import { Icon, type IconName } from '../ui/icons'
import { type Arrival, arrive } from './arrival'
import { text } from './texts'

type Why = Extract<Arrival, { kind: 'no_visit' }>['why']
type Words = 'codeInvalid' | 'codeMissing' | 'tooMany' | 'unreachable'

const PAGES: Readonly<Record<Why, readonly [IconName, Words]>> = {
  invalid: ['qr', 'codeInvalid'],
  no_code: ['qr', 'codeMissing'],
  too_many: ['timer', 'tooMany'],
  unreachable: ['offline', 'unreachable'],
}

export function NoVisitPage({ why }: { why: Why }) {
  const [icon, words] = PAGES[why]
  return (
    <main class="guest notice-page">
      <span class="notice-icon">
        <Icon name={icon} size={36} />
      </span>
      <h1>{text(words)}</h1>
      <p role="status">{text(`${words}Hint`)}</p>
      {why !== 'no_code' && <Button onClick={() => void arrive()}>{text('tryAgain')}</Button>}
    </main>
  )
}
