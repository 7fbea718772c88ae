// What is said about the stock from this screen: at once, and with a way back for some seconds.

import { toast } from '../ui/Toast'
import { settle } from './actions'
import type { Kitchen } from './kitchen'
import type { StockEntry } from './stock'
import { text } from './texts'

const BACK_SECONDS = 8

export type StockCommand =
  | { readonly type: 'item.86'; readonly body: { readonly target: string; readonly until?: number } }
  | { readonly type: 'item.un86'; readonly body: { readonly target: string } }
  | { readonly type: 'stock.set'; readonly body: { readonly target: string; readonly remaining: number | null } }

/** Take a dish off, bring it back, or count it. label: what was done. */
export function setStock(kitchen: Kitchen, command: StockCommand, label: string): void {
  const { target } = command.body
  const before = kitchen.stock.peek().find((one) => one.target === target)
  give(kitchen, command, label)
  toast({
    text: label,
    kind: 'good',
    seconds: BACK_SECONDS,
    action: { label: text('undo'), run: () => give(kitchen, wayBack(command, before), `${text('undo')}: ${label}`) },
  })
}

/** What undoes a command. before: the entry as it stood; undefined: the dish was on sale, and not counted. */
export function wayBack(command: StockCommand, before: StockEntry | undefined): StockCommand {
  const { target } = command.body
  if (before === undefined) {
    const isCount = command.type === 'stock.set'
    return isCount ? { type: 'stock.set', body: { target, remaining: null } } : { type: 'item.un86', body: { target } }
  }
  if (before.remaining !== null) return { type: 'stock.set', body: { target, remaining: before.remaining } }
  return { type: 'item.86', body: before.untilMs === null ? { target } : { target, until: before.untilMs } }
}

function give(kitchen: Kitchen, { type, body }: StockCommand, label: string): void {
  settle(kitchen.commands.toStock(type, body, label), label)
}
