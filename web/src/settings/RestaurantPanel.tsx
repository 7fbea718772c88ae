// The restaurant as a whole: one form, saved as one. Only what changed is sent.

import { useState } from 'preact/hooks'
import { locale } from '../core/i18n'
import type { RestaurantAnswer } from '../core/protocol'
import { announce } from '../ui/announce'
import { Banner } from '../ui/Banner'
import { Button } from '../ui/Button'
import { Field } from '../ui/Field'
import { Select } from '../ui/Select'
import { TextInput } from '../ui/TextInput'
import { toast } from '../ui/Toast'
import { useAnswer } from '../ui/use-answer'
import { PanelHead, Waiting } from './parts'
import { changeOf, type Draft, draftOf, type NumberKey } from './restaurant-form'
import type { SettingsApi } from './settings-api'
import { text } from './texts'
import { type Saving, useSave } from './use-save'

const KEYS = ['name', 'time_zone', 'currency', 'business_day_hour', 'tax', 'price_grace_seconds'] as const
const MORE_KEYS = ['recall_seconds', 'low_stock', 'guest_session_seconds', 'order_retention_days'] as const

/** Loads it, then shows the form. */
export function RestaurantPanel({ api }: { api: SettingsApi }) {
  const settings = useAnswer((signal) => api.find(signal), [api.restaurant])
  return (
    <section class="panel">
      <PanelHead title={text('tabRestaurant')} />
      <Waiting answer={settings} />
      {settings.value !== null && <Form api={api} settings={settings.value} onSaved={settings.set} />}
    </section>
  )
}

interface FormProps {
  api: SettingsApi
  settings: RestaurantAnswer
  onSaved: (settings: RestaurantAnswer) => void
}

function Form({ api, settings, onSaved }: FormProps) {
  const before = draftOf(settings)
  const [draft, setDraft] = useState<Draft>(before)
  const saving = useSave([...KEYS, ...MORE_KEYS, 'personal_retention_days'])
  const isChanged = JSON.stringify(draft) !== JSON.stringify(before)
  const set = (key: keyof Draft) => (value: string) => setDraft({ ...draft, [key]: value })
  const save = async (event: Event) => {
    event.preventDefault()
    const { change, errors } = changeOf(draft, before)
    saving.refuse(errors)
    if (Object.keys(errors).length > 0) return announce(Object.values(errors).join(' '))
    const isSaved = await saving.run(async () => {
      const saved = await api.change(change)
      onSaved(saved)
      setDraft(draftOf(saved))
    })
    if (isSaved) toast({ text: text('savedAll'), kind: 'good' })
  }
  const fields = { draft, set, saving }
  return (
    <form class="settings-form" onSubmit={(event) => void save(event)} noValidate>
      <Identity {...fields} />
      <MoneyAndClock {...fields} />
      <Orders {...fields} />
      <Memory {...fields} />
      {saving.problem !== null && <Banner kind="bad">{saving.problem}</Banner>}
      <div class={isChanged ? 'form-actions is-needed' : 'form-actions'}>
        <Button
          disabled={!isChanged || saving.isBusy}
          onClick={() => {
            setDraft(before)
            saving.clear()
          }}
        >
          {text('revert')}
        </Button>
        <Button kind="primary" type="submit" busy={saving.isBusy} disabled={!isChanged}>
          {text('saveChanges')}
        </Button>
      </div>
    </form>
  )
}

interface GroupProps {
  draft: Draft
  set: (key: keyof Draft) => (value: string) => void
  saving: Saving
}

function Identity({ draft, set, saving }: GroupProps) {
  return (
    <fieldset>
      <legend>{text('groupIdentity')}</legend>
      <Field label={text('name')} hint={text('nameHint')} error={saving.at('name')}>
        <TextInput value={draft.name} onValue={set('name')} maxLength={200} autocomplete="off" />
      </Field>
    </fieldset>
  )
}

function MoneyAndClock(props: GroupProps) {
  const { draft, set, saving } = props
  return (
    <fieldset>
      <legend>{text('groupClock')}</legend>
      <Field label={text('currency')} hint={text('currencyHint')} error={saving.at('currency')}>
        <Select value={draft.currency} options={currencies(draft.currency)} onValue={set('currency')} />
      </Field>
      <NumberField {...props} name="tax" label={text('tax')} hint={text('taxHint')} unit={text('unitPercent')} />
      <Field label={text('timeZone')} error={saving.at('time_zone')}>
        <Select value={draft.time_zone} options={timeZones(draft.time_zone)} onValue={set('time_zone')} />
      </Field>
      <Field label={text('businessDayHour')} hint={text('businessDayHourHint')} error={saving.at('business_day_hour')}>
        <Select value={draft.business_day_hour} options={hours()} onValue={set('business_day_hour')} />
      </Field>
    </fieldset>
  )
}

function Orders(props: GroupProps) {
  const minutes = text('unitMinutes')
  return (
    <fieldset>
      <legend>{text('groupOrders')}</legend>
      <NumberField
        {...props}
        name="price_grace_seconds"
        label={text('priceGrace')}
        hint={text('priceGraceHint')}
        unit={minutes}
      />
      <NumberField {...props} name="recall_seconds" label={text('recall')} hint={text('recallHint')} unit={minutes} />
      <NumberField
        {...props}
        name="guest_session_seconds"
        label={text('guestSession')}
        hint={text('guestSessionHint')}
        unit={text('unitHours')}
      />
      <NumberField
        {...props}
        name="low_stock"
        label={text('lowStock')}
        hint={text('lowStockHint')}
        unit={text('unitPortions')}
      />
    </fieldset>
  )
}

function Memory(props: GroupProps) {
  const days = text('unitDays')
  return (
    <fieldset>
      <legend>{text('groupMemory')}</legend>
      <NumberField {...props} name="order_retention_days" label={text('orderRetention')} unit={days} />
      <NumberField
        {...props}
        name="personal_retention_days"
        label={text('personalRetention')}
        hint={text('personalRetentionHint')}
        unit={days}
      />
    </fieldset>
  )
}

interface NumberFieldProps extends GroupProps {
  name: NumberKey
  label: string
  hint?: string
  unit: string
}

function NumberField({ draft, set, saving, name, label, hint, unit }: NumberFieldProps) {
  return (
    <Field label={label} hint={hint} error={saving.at(name)}>
      <TextInput value={draft[name]} onValue={set(name)} inputMode="decimal" suffix={unit} autocomplete="off" />
    </Field>
  )
}

function currencies(current: string) {
  const names = new Intl.DisplayNames(locale.value, { type: 'currency' })
  const codes = new Set([...Intl.supportedValuesOf('currency'), current])
  return [...codes].sort().map((code) => ({ value: code, label: `${code} – ${names.of(code) ?? code}` }))
}

function timeZones(current: string) {
  const zones = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', current])
  return [...zones].sort().map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') }))
}

function hours() {
  const format = new Intl.DateTimeFormat(locale.value, { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' })
  return Array.from({ length: 24 }, (_, hour) => ({
    value: String(hour),
    label: format.format(Date.UTC(2024, 0, 1, hour)),
  }))
}
