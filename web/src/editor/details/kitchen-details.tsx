// What the kitchen and the till need of a dish, its photo, and whether guests see it.

import { useSignal } from '@preact/signals'
import { object, string } from '../../core/guard'
import type { Item } from '../../menu/menu'
import { Button } from '../../ui/Button'
import { Icon } from '../../ui/icons'
import { Switch } from '../../ui/Switch'
import { failureWords } from '../failure-words'
import { ItemRegister } from '../fields/item-register'
import { TextField } from '../fields/text-field'
import { p } from '../panel-texts'
import { LockMark } from '../people/lock-mark'
import { type Editor, liveItems, useEditor } from '../state'

const PHOTO_LIMIT_BYTES = 5_000_000
const PHOTO = object({ id: string() })

/** The third tab of a dish. */
export function KitchenDetails({ item }: { item: Item }) {
  const editor = useEditor()
  const { details, tax, notes } = editor.rights.value
  return (
    <div class="details">
      {(details || item.photo !== null) && <Photo item={item} isReadOnly={!details} />}
      <section>
        <h3>{p('note')}</h3>
        <p class="note">{p('note_hint')}</p>
        <div class="note-field">
          <TextField
            place={{ container: 'items', id: item.id, field: 'note' }}
            value={item.note}
            label={p('note')}
            placeholder={p('note_placeholder')}
            isReadOnly={!notes}
            multiline
          />
        </div>
      </section>
      <div class="pair">
        <ItemRegister
          item={item}
          register="station"
          label={p('station')}
          suggestions={stationsOf(editor)}
          isReadOnly={!details}
        />
        <ItemRegister
          item={item}
          register="prep_s"
          label={p('preparation')}
          suffix="min"
          number={{ scale: 60, greatest: 86_400 }}
          isReadOnly={!details}
        />
      </div>
      <div>
        <ItemRegister
          item={item}
          register="tax"
          label={p('tax')}
          hint={p('tax_hint')}
          suffix="%"
          number={{ scale: 100, greatest: 10_000 }}
          isReadOnly={!tax}
          isLocked
        />
        <LockMark item={item.id} field="tax" />
      </div>
      <Switch
        label={p('hidden')}
        checked={item.isHidden}
        disabled={!details}
        onChange={(on) => void editor.edits.setItem(item.id, 'hidden', on)}
      />
    </div>
  )
}

function Photo({ item, isReadOnly }: { item: Item; isReadOnly: boolean }) {
  const editor = useEditor()
  const isBusy = useSignal(false)
  const error = useSignal<string | null>(null)
  const bring = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return
    error.value = null
    isBusy.value = true
    try {
      const id = await upload(editor, file)
      editor.edits.setItem(item.id, 'photo', id)
    } catch (failure) {
      error.value = failure instanceof TooLarge ? p('photo_too_large') : failureWords(failure)
    } finally {
      isBusy.value = false
    }
  }
  return (
    <section>
      <h3>{p('photo')}</h3>
      {item.photo !== null && <img class="photo" src={`/api/v1/photos/${item.photo}/detail`} alt={p('photo_alt')} />}
      {!isReadOnly && (
        <div class="photo-tools">
          <label class={isBusy.value ? 'button button-plain is-busy' : 'button button-plain'}>
            <Icon name="photo" />
            <span>{p(isBusy.value ? 'photo_busy' : item.photo === null ? 'photo_add' : 'photo_replace')}</span>
            <input
              class="visually-hidden"
              type="file"
              accept="image/jpeg,image/png,image/webp"
              disabled={isBusy.value}
              onChange={(event) => {
                void bring(event.currentTarget.files?.[0])
                event.currentTarget.value = ''
              }}
            />
          </label>
          {item.photo !== null && (
            <Button kind="ghost" icon="trash" onClick={() => void editor.edits.setItem(item.id, 'photo', null)}>
              {p('photo_remove')}
            </Button>
          )}
        </div>
      )}
      {error.value !== null && (
        <p class="field-error" role="alert">
          {error.value}
        </p>
      )}
    </section>
  )
}

class TooLarge extends Error {}

async function upload({ link }: Editor, file: File): Promise<string> {
  if (file.size > PHOTO_LIMIT_BYTES) throw new TooLarge()
  const path = `/api/v1/photos?restaurant=${encodeURIComponent(link.session.restaurant.peek())}`
  const answer = await link.session.api('POST', path, { body: file, guard: PHOTO })
  return answer.id
}

function stationsOf({ model }: Editor): readonly string[] {
  const found = new Set<string>()
  for (const { station } of liveItems(model)) if (station !== null) found.add(station)
  for (const id of model.sections.value) {
    const station = model.section(id).value?.station
    if (station) found.add(station)
  }
  return [...found].sort()
}
