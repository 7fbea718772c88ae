// Commands about the whole order that did not reach the restaurant: each is asked about once more.

import { Button } from '../ui/Button'
import { Ask } from './Ask'
import type { OrderProblem } from './basket'
import { useTable } from './table-context'
import { text } from './texts'

const WORDS = { 'order.place': 'problemPlace', 'bill.request': 'problemBill', 'note.add': 'problemNote' } as const

export function Problems() {
  const problems = useTable().basket.value.problems
  return (
    <>
      {problems.map((problem) => (
        <ProblemCard key={problem.entry} problem={problem} />
      ))}
    </>
  )
}

function ProblemCard({ problem }: { problem: OrderProblem }) {
  const { ordering } = useTable()
  const isOld = problem.state === 'expired'
  const known = Object.entries(WORDS).find(([type]) => type === problem.type)?.[1] ?? 'problemOther'
  return (
    <Ask words={isOld ? text(known) : text('refusedNews', { reason: problem.answer?.reason ?? '' })} isUrgent>
      <Button onClick={() => void ordering.forget(problem.entry)}>{text(isOld ? 'notYet' : 'dismiss')}</Button>
      {isOld && (
        <Button kind="primary" onClick={() => void ordering.again(problem.entry)}>
          {text('stillYes')}
        </Button>
      )}
    </Ask>
  )
}
