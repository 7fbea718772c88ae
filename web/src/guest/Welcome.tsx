// The first thing a guest sees: where they are, and under which name they order. Any name will do, so
// one is there already and a single press leads to the menu.

import { useState } from 'preact/hooks'
import { Button } from '../ui/Button'
import { Field } from '../ui/Field'
import { TextInput } from '../ui/TextInput'
import { cleanName, NAME_LIMIT } from './people'
import { someName, text } from './texts'
import { lastName, type Visit } from './visit'

export function Welcome({ visit, onName }: { visit: Visit; onName: (name: string) => void }) {
  const [draw] = useState(() => Math.random())
  const [name, setName] = useState(lastName)
  const suggestion = someName(draw)
  const join = (event: Event) => {
    event.preventDefault()
    onName(cleanName(name) || suggestion)
  }
  return (
    <main class="guest notice-page welcome">
      <p class="welcome-place">
        <span dir="auto">{visit.restaurantName}</span>
        <span aria-hidden="true"> · </span>
        <span dir="auto">{tableLabel(visit)}</span>
      </p>
      <h1>{text('welcome')}</h1>
      <p>{text('welcomeHint')}</p>
      <form class="welcome-form" onSubmit={join}>
        <Field label={text('yourName')} hint={text('nameHint')}>
          <TextInput
            value={name}
            onValue={setName}
            placeholder={suggestion}
            maxLength={NAME_LIMIT}
            autocomplete="given-name"
            autocapitalize="words"
            enterkeyhint="go"
          />
        </Field>
        <Button kind="primary" type="submit">
          {text('join')}
        </Button>
      </form>
    </main>
  )
}

/** "Table 7"; a name that says what it is stays as it is: "Terrace 2". */
export function tableLabel(visit: Visit): string {
  return /^\d+\w?$/.test(visit.tableName) ? text('table', { name: visit.tableName }) : visit.tableName
}
