// The menu on paper, as guests would read it: no hidden dishes, no notes, no tools. Drawn into the page
// for the time of printing; print.css shows it and hides everything else.

import { render } from 'preact'
import { flags, type Item, type Section } from '../../menu/menu'
import { codeLabel } from '../fields/code-label'
import { signOf } from '../fields/codes'
import { hoursInWords } from '../fields/hours'
import { nameOf } from '../names'
import type { Editor } from '../state'
import { t } from '../texts'

/** Draw it, print it, take it away. */
export function printView(editor: Editor): void {
  const sheet = document.createElement('div')
  sheet.className = 'print-sheet'
  document.body.append(sheet)
  document.documentElement.classList.add('is-printing')
  render(<Sheet editor={editor} />, sheet)
  const clean = (): void => {
    render(null, sheet)
    sheet.remove()
    document.documentElement.classList.remove('is-printing')
  }
  addEventListener('afterprint', clean, { once: true })
  print()
}

/** The whole menu in the first language that is shown. */
export function Sheet({ editor }: { editor: Editor }) {
  const { model } = editor
  const locale = editor.languages.value[0] ?? model.meta.value.locale
  const sections = model.sections.value
    .map((id) => model.section(id).value)
    .filter((one): one is Section => one !== null)
  return (
    <article class="print-menu" lang={locale} dir="auto">
      <h1>{editor.title.value || editor.menuId}</h1>
      {sections.map((section) => (
        <SectionOnPaper key={section.id} editor={editor} section={section} locale={locale} />
      ))}
      <Legend editor={editor} />
    </article>
  )
}

function SectionOnPaper({ editor, section, locale }: { editor: Editor; section: Section; locale: string }) {
  const { model } = editor
  const items = model
    .itemsOf(section.id)
    .value.map((id) => model.item(id).value)
    .filter((one): one is Item => one !== null && !one.isHidden)
  if (items.length === 0) return null
  const note = textIn(section.description, locale, model.meta.value.locale)
  return (
    <section>
      <h2>{nameOf(section, locale)}</h2>
      {note !== '' && <p class="print-note">{note}</p>}
      {section.hours.length > 0 && <p class="print-note">{hoursInWords(section.hours)}</p>}
      {items.map((item) => (
        <Dish key={item.id} editor={editor} item={item} locale={locale} />
      ))}
    </section>
  )
}

function Dish({ editor, item, locale }: { editor: Editor; item: Item; locale: string }) {
  const money = editor.money.value
  const { meta } = editor.model
  const description = textIn(item.description, locale, meta.value.locale)
  const signs = [...item.allergens]
    .filter(([, level]) => level !== 'free')
    .sort(([, one], [, other]) => Number(one === 'may') - Number(other === 'may'))
    .map(([code, level]) => {
      const sign = signOf(meta.value.legend.allergens, code) || codeLabel(code)
      return level === 'may' ? t('may_contain', { what: sign }) : sign
    })
  const additives = flags(item.registers, 'additive').map((code) => signOf(meta.value.legend.additives, code) || code)
  const hasPrices = item.variations.some((one) => one.price !== null) // then guests pay one of those
  const marks = [...signs, ...additives].join(', ')
  return (
    <div class="print-dish">
      <p class="print-line">
        <strong>{nameOf(item, locale)}</strong>
        {marks !== '' && <sup>{marks}</sup>}
        <span class="print-dots" />
        {item.numbers.price !== null && !hasPrices && <span class="print-price">{money.full(item.numbers.price)}</span>}
      </p>
      {description !== '' && <p class="print-description">{description}</p>}
      {item.variations.map((one) => (
        <p class="print-line print-variation" key={one.id}>
          <span>{nameOf(one, locale)}</span>
          <span class="print-dots" />
          {one.price !== null && <span class="print-price">{money.full(one.price)}</span>}
        </p>
      ))}
    </div>
  )
}

function Legend({ editor }: { editor: Editor }) {
  const { allergens, additives } = editor.model.meta.value.legend
  const entries = [...allergens, ...additives].filter(([label, sign]) => label !== sign)
  if (entries.length === 0) return null
  return (
    <footer class="print-legend">
      <h3>{t('legend')}</h3>
      <p>{entries.map(([label, sign]) => `${sign} ${label}`).join(' · ')}</p>
    </footer>
  )
}

function textIn(texts: ReadonlyMap<string, string>, locale: string, own: string): string {
  return texts.get(locale) || texts.get(own) || ''
}
