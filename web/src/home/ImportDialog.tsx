// A menu from a file; what was not taken as it stands is listed before it is opened.

import { useState } from 'preact/hooks'
import type { FormatName, ImportAnswer } from '../core/protocol'
import { Banner } from '../ui/Banner'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field, useFieldTies } from '../ui/Field'
import { problemWords } from '../ui/problem-words'
import { Select } from '../ui/Select'
import { uiText } from '../ui/texts'
import type { MenuDialogProps } from './CreateDialog'
import { importMenu } from './menus-api'
import { text } from './texts'

const ACCEPTED = '.json,.jsonld,.csv,application/json,application/ld+json,text/csv'

/** First the file, then what became of it. */
export function ImportDialog({ link, open, onClose }: MenuDialogProps) {
  const [file, setFile] = useState<File | null>(null)
  const [format, setFormat] = useState<FormatName | 'auto'>('auto')
  const [state, setState] = useState<'idle' | 'busy' | 'missing'>('idle')
  const [error, setError] = useState<unknown>(null)
  const [done, setDone] = useState<ImportAnswer | null>(null)
  const go = async () => {
    if (done !== null || state === 'busy') return
    if (file === null) return setState('missing')
    setState('busy')
    setError(null)
    try {
      setDone(await importMenu(link.session, file, format === 'auto' ? null : format))
    } catch (problem) {
      setError(problem)
    }
    setState('idle')
  }
  const close = () => {
    setDone(null)
    setFile(null)
    setError(null)
    onClose()
  }
  const actions =
    done === null ? (
      <>
        <Button onClick={close}>{uiText('cancel')}</Button>
        <Button kind="primary" type="submit" busy={state === 'busy'}>
          {text('importGo')}
        </Button>
      </>
    ) : (
      <>
        <Button onClick={close}>{uiText('close')}</Button>
        <a class="button button-primary" href={`/menus/${encodeURIComponent(done.menu)}`}>
          {text('importOpen')}
        </a>
      </>
    )
  return (
    <Dialog title={text('importTitle')} open={open} onClose={close} onSubmit={() => void go()} actions={actions}>
      {error !== null && <Banner kind="bad">{problemWords(error)}</Banner>}
      {done === null ? (
        <>
          <Field
            label={text('importFile')}
            hint={text('importFileHint')}
            error={state === 'missing' && file === null ? text('importFileMissing') : null}
          >
            <FileInput onFile={setFile} />
          </Field>
          <Field label={text('importFormat')}>
            <Select value={format} options={formatOptions()} onValue={setFormat} />
          </Field>
        </>
      ) : (
        <Done answer={done} />
      )}
    </Dialog>
  )
}

function FileInput({ onFile }: { onFile: (file: File | null) => void }) {
  return (
    <input
      {...useFieldTies()}
      type="file"
      class="input file-input"
      accept={ACCEPTED}
      onChange={(event) => onFile(event.currentTarget.files?.[0] ?? null)}
    />
  )
}

function Done({ answer }: { answer: ImportAnswer }) {
  return (
    <>
      <Banner kind="good">
        {text('importDone', {
          sections: text.count('sections', answer.sections),
          items: text.count('dishes', answer.items),
        })}
      </Banner>
      {answer.remarks.length > 0 && (
        <>
          <p>{text.count('importRemarks', answer.remarks.length)}</p>
          <ul class="import-remarks">
            {answer.remarks.map((remark) => (
              <li key={`${remark.where} ${remark.what}`}>
                <strong>
                  <bdi>{remark.where}</bdi>
                </strong>{' '}
                {remark.what}
                {remark.times > 1 && ` (${remark.times}×)`}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}

function formatOptions(): { value: FormatName | 'auto'; label: string }[] {
  return [
    { value: 'auto', label: text('importFormatAuto') },
    { value: 'plain', label: text('importFormatPlain') },
    { value: 'csv', label: text('importFormatCsv') },
    { value: 'schema.org', label: text('importFormatSchema') },
    { value: 'square', label: text('importFormatSquare') },
  ]
}
