// The sections at a glance: how many dishes each has, who is where, and the way there. The one in view
// is marked.

import { useComputed, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { scrollToThing } from './following'
import { nameById } from './names'
import { useEditor } from './state'
import { t } from './texts'

/** Links to all sections. */
export function Outline() {
  const editor = useEditor()
  const sections = useComputed(() => editor.model.sections.value)
  const current = useSectionInView(sections.value)
  if (sections.value.length < 2) return null
  return (
    <nav class="outline" aria-label={t('outline')}>
      <ul>
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

function isIn(items: readonly string[], section: string, field: { container: string; id: string } | null): boolean {
  if (field === null) return false
  return field.container === 'sections' ? field.id === section : field.container === 'items' && items.includes(field.id)
}

function useSectionInView(sections: readonly string[]): string | null {
  const current = useSignal<string | null>(null)
  useEffect(() => {
    const visible = new Set<string>()
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const id = target instanceof HTMLElement ? (target.dataset.sectionBlock ?? '') : ''
          if (isIntersecting) visible.add(id)
          else visible.delete(id)
        }
        current.value = sections.find((id) => visible.has(id)) ?? current.peek()
      },
      { rootMargin: '-20% 0px -70% 0px' },
    )
    for (const one of document.querySelectorAll('[data-section-block]')) observer.observe(one)
    return () => observer.disconnect()
  }, [sections.join()])
  return current.value
}
