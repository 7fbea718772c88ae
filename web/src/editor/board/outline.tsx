// The sections at a glance: how many dishes each has, who is where, and the way there. The one in view
// is marked.

import { useComputed, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { nameById } from '../names'
import { scrollToThing } from '../people/following'
import { useEditor } from '../state'
import { t } from '../texts'
import { sectionAt } from './section-in-view'

/** Links to all sections. */
export function Outline() {
  const editor = useEditor()
  const sections = useComputed(() => editor.model.sections.value)
  const current = useSectionInView(sections.value)
  const strip = useRef<HTMLUListElement>(null)
  useEffect(() => keepInSight(strip.current), [current])
  if (sections.value.length < 2) return null
  return (
    <nav class="outline" aria-label={t('outline')}>
      <ul ref={strip}>
        {[...sections.value, ''].map((id) => (
          <OutlineLink key={id} id={id} isCurrent={current === id} />
        ))}
      </ul>
    </nav>
  )
}

function OutlineLink({ id, isCurrent }: { id: string; isCurrent: boolean }) {
  const editor = useEditor()
  const name = useComputed(() => nameById(editor.model, 'sections', id))
  const count = useComputed(() => {
    const items = editor.model.itemsOf(id).value
    const found = editor.found.value
    return found === null ? items.length : items.filter((one) => found.has(one)).length
  })
  const people = useComputed(() =>
    editor.everybody.value.filter((one) => !one.isMe && isIn(editor.model.itemsOf(id).value, id, one.field)),
  )
  if (id === '' && count.value === 0) return null
  return (
    <li>
      <a
        href={`#section-${id}`}
        class={id === '' ? 'is-tray' : ''}
        aria-current={isCurrent ? 'location' : undefined}
        onClick={(event) => {
          event.preventDefault()
          scrollToThing('sections', id)
        }}
      >
        <span class="outline-name" dir="auto">
          {name.value}
        </span>
        {people.value.map((one) => (
          <span key={one.clientId} class="dot" title={one.name} style={{ '--person': one.color }} />
        ))}
        <span class="outline-count">{count.value}</span>
      </a>
    </li>
  )
}

/** On narrow pages the sections are a strip, which goes along. */
function keepInSight(strip: HTMLElement | null): void {
  const marked = strip?.querySelector<HTMLElement>('[aria-current]')
  if (!strip || !marked || strip.scrollWidth <= strip.clientWidth) return
  const { left, width } = marked.getBoundingClientRect()
  const middle = left + width / 2 - strip.getBoundingClientRect().left - strip.clientWidth / 2
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches
  strip.scrollBy({ left: middle, behavior: isCalm ? 'auto' : 'smooth' })
}

function isIn(items: readonly string[], section: string, field: { container: string; id: string } | null): boolean {
  if (field === null) return false
  return field.container === 'sections' ? field.id === section : field.container === 'items' && items.includes(field.id)
}

function useSectionInView(sections: readonly string[]): string | null {
  const current = useSignal<string | null>(sections[0] ?? null)
  useEffect(() => {
    let frame = 0
    const look = (): void => {
      frame = 0
      const blocks = [...document.querySelectorAll<HTMLElement>('[data-section-block]')]
      const tops = blocks.map((one) => ({
        id: one.dataset.sectionBlock ?? '',
        topPx: one.getBoundingClientRect().top,
      }))
      const { scrollHeight } = document.documentElement
      current.value = sectionAt(tops, innerHeight, Math.ceil(scrollY + innerHeight) >= scrollHeight && scrollY > 0)
    }
    const soon = (): void => {
      if (frame === 0) frame = requestAnimationFrame(look)
    }
    soon()
    addEventListener('scroll', soon, { passive: true })
    addEventListener('resize', soon)
    return () => {
      cancelAnimationFrame(frame)
      removeEventListener('scroll', soon)
      removeEventListener('resize', soon)
    }
  }, [sections.join()])
  return current.value
}
