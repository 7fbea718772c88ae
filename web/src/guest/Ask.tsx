// A question in its place: words and answers, the main one last.

import type { ComponentChildren } from 'preact'

export function Ask({ words, isUrgent, children }: { words: string; isUrgent?: boolean; children: ComponentChildren }) {
  return (
    <section class="question" aria-label={words}>
      <p role={isUrgent ? 'alert' : undefined}>{words}</p>
      <div class="question-answers">{children}</div>
    </section>
  )
}
