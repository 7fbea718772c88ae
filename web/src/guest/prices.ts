// Prices that changed while somebody chose. Nothing is ever dearer without a question: what the server
// refused as `price_changed`, and what stands on the list by an older version of the menu.

import { nullable, number, object, tryCheck } from '../core/guard'
import type { BasketLine, Menus } from './basket'
import { priceOf } from './sums'

export interface PriceQuestion {
  readonly line: string
  readonly was: number | null // of one; null: nobody knows
  readonly now: number
  readonly version: number
  /** Whether the line can stay as it is: the server took it at the old price, and keeps that. */
  readonly mayKeep: boolean
  readonly entry: string | null // the refused command
}

const CHANGED = object({ version: number(), old: nullable(number()), new: number() })

/** What has to be asked about a line; null: nothing. kept: questions that were answered with "keep". */
export function priceQuestion(line: BasketLine, menus: Menus, kept: ReadonlySet<string>): PriceQuestion | null {
  if (line.stage !== 'choosing') return null
  if (line.pending === 'refused') return refused(line)
  if (line.pending !== 'none') return null
  const menu = menus(line.menu)
  const dish = menu?.dishes.get(line.item)
  if (menu === undefined || dish === undefined || menu.version <= line.version) return null
  const now = priceOf(menu, dish, line.variation, line.options)
  if (now === null || now === line.unitPrice || kept.has(keptKey(line.id, menu.version))) return null
  return { line: line.id, was: line.unitPrice, now, version: menu.version, mayKeep: true, entry: null }
}

/** How an answer "keep" is remembered: for this version of the menu. */
export function keptKey(line: string, version: number): string {
  return `${line}@${version}`
}

function refused(line: BasketLine): PriceQuestion | null {
  if (line.answer?.code !== 'price_changed') return null
  const changed = tryCheck(CHANGED, line.answer.current)
  if (changed === null) return null
  const { version, old, new: now } = changed
  return { line: line.id, was: old ?? line.unitPrice, now, version, mayKeep: false, entry: line.entry }
}
