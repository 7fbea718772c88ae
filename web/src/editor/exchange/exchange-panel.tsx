// The menu as a file, and a file into the menu. Importing first says what it would do; nothing is
// changed before somebody has seen that.

import { useSignal } from '@preact/signals'
import { array, object } from '../../core/guard'
import { type ImportAnswer, importAnswerGuard, type RemarkAnswer, remarkAnswerGuard } from '../../core/protocol'
import { Button } from '../../ui/Button'
import { Field } from '../../ui/Field'
import { Icon } from '../../ui/icons'
import { Select } from '../../ui/Select'
import { Switch } from '../../ui/Switch'
import { toast } from '../../ui/Toast'
import { failureWords } from '../failure-words'
import { DifferenceView } from '../history/difference-view'
import { PanelFrame } from '../panel-frame'
import { p } from '../panel-texts'
import { addressOf } from '../publish/versions-panel'
import { useEditor } from '../state'
import { FILE_FORMATS, type FileFormat, formatOfFile } from './file-formats'

const REPORT = object({ remarks: array(remarkAnswerGuard) })

/** Export and import. */
export function ExchangePanel(_: { panel: unknown }) {
  const { managing } = useEditor().rights.value
  return (
    <PanelFrame title={p('exchange_title')}>
      <div class="details">
        <Export />
        {managing && <Import />}
      </div>
    </PanelFrame>
  )
}

function Export() {
  const editor = useEditor()
  const format = useSignal<FileFormat>('plain')
  const hasComma = useSignal(false)
  const remarks = useSignal<readonly RemarkAnswer[]>([])
  const address = (isReport: boolean): string => {
    const query = new URLSearchParams({ format: format.value, decimal: hasComma.value ? 'comma' : 'point' })
    if (isReport) query.set('report', 'true')
    return `${addressOf(editor)}/export?${query}`
  }
  const download = async (): Promise<void> => {
    try {
      const answer = await editor.link.session.api<Response>('GET', address(false), { raw: true })
      save(await answer.blob(), nameOfFile(answer) ?? `${editor.menuId}.${FILE_FORMATS[format.value].extension}`)
      remarks.value = (await editor.link.session.api('GET', address(true), { guard: REPORT })).remarks
    } catch (error) {
      toast({ text: failureWords(error), kind: 'bad' })
    }
  }
  return (
    <section>
      <h3>{p('export')}</h3>
      <FormatField
        value={format.value}
        onValue={(chosen) => {
          format.value = chosen
          remarks.value = []
        }}
      />
      {format.value === 'csv' && (
        <Switch
          label={p('decimal_comma')}
          hint={p('decimal_comma_hint')}
          checked={hasComma.value}
          onChange={(on) => {
            hasComma.value = on
          }}
        />
      )}
      <Button icon="download" onClick={() => void download()}>
        {p('download')}
      </Button>
      <Remarks remarks={remarks.value} title={p('export_remarks')} />
    </section>
  )
}

interface Chosen {
  readonly file: File
  readonly format: FileFormat
  readonly preview: ImportAnswer | null
}

function Import() {
  const editor = useEditor()
  const chosen = useSignal<Chosen | null>(null)
  const failure = useSignal<string | null>(null)
  const isBusy = useSignal(false)
  const send = async (file: File, format: FileFormat, isRehearsal: boolean): Promise<ImportAnswer | null> => {
    isBusy.value = true
    failure.value = null
    try {
      const query = new URLSearchParams({ format, dry_run: String(isRehearsal) })
      const headers = { 'Content-Type': FILE_FORMATS[format].mediaType }
      return await editor.link.session.api('POST', `${addressOf(editor)}/import?${query}`, {
        body: new Blob([file], { type: FILE_FORMATS[format].mediaType }),
        headers,
        guard: importAnswerGuard,
      })
    } catch (error) {
      failure.value = failureWords(error)
      return null
    } finally {
      isBusy.value = false
    }
  }
  const look = async (file: File, format: FileFormat): Promise<void> => {
    chosen.value = { file, format, preview: null }
    chosen.value = { file, format, preview: await send(file, format, true) }
  }
  const bring = async ({ file, format }: Chosen): Promise<void> => {
    const done = await send(file, format, false)
    if (done === null) return
    toast({ text: p.count('imported', done.changes), kind: 'good' })
    chosen.value = null
  }
  const now = chosen.value
  return (
    <section>
      <h3>{p('import')}</h3>
      <p class="note">{p('import_hint')}</p>
      <label class="button button-plain">
        <Icon name="upload" />
        <span>{p(now === null ? 'choose_file' : 'choose_other')}</span>
        <input
          class="visually-hidden"
          type="file"
          accept=".json,.jsonld,.csv,.tsv,.txt"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0]
            event.currentTarget.value = ''
            if (file !== undefined) void look(file, formatOfFile(file.name))
          }}
        />
      </label>
      {now !== null && <FormatField value={now.format} onValue={(format) => void look(now.file, format)} />}
      {failure.value !== null && (
        <p class="field-error" role="alert">
          {failure.value}
        </p>
      )}
      {now !== null && now.preview !== null && (
        <div class="preview" role="status">
          <p>
            <strong dir="auto">{now.file.name}</strong>
            <br />
            {p('import_has', { sections: now.preview.sections, items: now.preview.items })}{' '}
            <strong>
              {now.preview.changes === 0 ? p('import_nothing') : p.count('import_would', now.preview.changes)}
            </strong>
          </p>
          {now.preview.difference !== null && now.preview.changes > 0 && (
            <DifferenceView difference={now.preview.difference} />
          )}
          <Remarks remarks={now.preview.remarks} title={p('import_remarks')} />
          <Button
            kind="primary"
            busy={isBusy.value}
            disabled={now.preview.changes === 0}
            onClick={() => void bring(now)}
          >
            {p('import_do')}
          </Button>
        </div>
      )}
    </section>
  )
}

function FormatField({ value, onValue }: { value: FileFormat; onValue: (format: FileFormat) => void }) {
  const formats: readonly FileFormat[] = ['plain', 'schema.org', 'square', 'csv']
  return (
    <Field label={p('format')}>
      <Select
        value={value}
        options={formats.map((one) => ({ value: one, label: p(FILE_FORMATS[one].label) }))}
        onValue={onValue}
      />
    </Field>
  )
}

function Remarks({ remarks, title }: { remarks: readonly RemarkAnswer[]; title: string }) {
  if (remarks.length === 0) return null
  return (
    <details class="remarks">
      <summary>
        {title} ({remarks.length})
      </summary>
      <ul>
        {remarks.map(({ where, what, times }) => (
          <li key={`${where} ${what}`}>
            {what} {where !== '' && <code>{where}</code>} {times > 1 && `×${times}`}
          </li>
        ))}
      </ul>
    </details>
  )
}

function save(content: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

function nameOfFile(answer: Response): string | null {
  return /filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1] ?? null
}
