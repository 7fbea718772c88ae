// The cards of one thing in place. What draws them comes after the board.

import { useComputed } from '@preact/signals'
import type { Container } from '../../core/conflicts'
import { lateParts } from '../late-parts'
import { useEditor } from '../state'

/** Its open questions; nothing, mostly. */
export function FieldConflicts({ container, id, name }: { container: Container; id: string; name: string }) {
  const { model } = useEditor()
  const conflicts = useComputed(() => model.conflictsOf(container, id).value)
  if (conflicts.value.length === 0) return null
  const Card = lateParts.value?.FieldConflictCard
  if (Card === undefined) return null
  return (
    <div class="field-conflicts">
      {conflicts.value.map((conflict) => (
        <Card key={conflict.key} conflict={conflict} thing={name} />
      ))}
    </div>
  )
}
