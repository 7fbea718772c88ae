// The commands of a guest. Each is on the device before it is sent, and asks instead of being sent when
// it has waited for a quarter of an hour: nobody wants the soup of an hour ago.

import type { CommandResult } from '../core/channel'
import { shortId } from '../core/ids'
import type { Outbox, OutboxEntry } from '../core/outbox'
import type { BasketLine } from './basket'
import { type Choosing, optionsOf, unitPrice } from './choice'
import { type Dish, groupsOf, type Menu } from './menu'
import { priceOf } from './sums'

export const EXPIRES_MS = 15 * 60_000

/** Gives the commands of one guest at one order. */
export class Ordering {
  readonly room: string

  constructor(
    private readonly outbox: Outbox,
    order: string,
    private readonly guest: string,
    private readonly name: () => string,
  ) {
    this.room = `order:${order}`
  }

  /** Put a dish on the list. label: its name, for when the menu is not at hand. */
  add(menu: Menu, dish: Dish, choosing: Choosing, label: string): Promise<OutboxEntry> {
    return this.send(
      'line.add',
      { line: `${this.guest}.${shortId()}`, ...this.chosen(menu, dish, choosing), item: dish.id, seat: this.name() },
      label,
    )
  }

  /** Choose a dish on the list anew. */
  async choose(line: BasketLine, menu: Menu, dish: Dish, choosing: Choosing, label: string): Promise<void> {
    const chosen = this.chosen(menu, dish, choosing)
    const stuck = this.stuck(line)
    if (stuck?.type === 'line.add') {
      await this.outbox.retry(stuck.id, { ...stuck.body, ...chosen })
      return
    }
    if (stuck !== null) await this.outbox.discard(stuck.id)
    await this.send('line.change', { line: line.id, ...chosen }, label)
  }

  /** Another number of the same. */
  async count(line: BasketLine, quantity: number, label: string): Promise<void> {
    if (quantity <= 0) return this.remove(line, label)
    const stuck = this.stuck(line)
    if (stuck?.type === 'line.add') {
      await this.outbox.retry(stuck.id, { ...stuck.body, quantity })
      return
    }
    if (stuck !== null) await this.outbox.discard(stuck.id)
    await this.send('line.change', { line: line.id, quantity }, label)
  }

  /** Take a dish off the list; what the server never heard of is only forgotten. */
  async remove(line: BasketLine, label: string): Promise<void> {
    const about = this.about(line)
    const unsent = about.filter(
      (entry) => entry.state !== 'sending' && (entry.attempts === 0 || entry.result !== undefined),
    )
    for (const entry of unsent) await this.outbox.discard(entry.id)
    const isUnknown = about.some((entry) => entry.type === 'line.add' && unsent.includes(entry))
    if (!isUnknown) await this.send('line.remove', { line: line.id }, label)
  }

  /** The new price is fine. */
  async acceptPrice(
    line: BasketLine,
    menu: Menu | undefined,
    version: number,
    price: number,
    label: string,
  ): Promise<void> {
    const agreed = { menu_version: version, expected: price, accept_price: true }
    const stuck = this.stuck(line)
    if (stuck !== null) {
      await this.outbox.retry(stuck.id, { ...stuck.body, ...agreed })
      return
    }
    if (menu === undefined) return
    const options = line.options.map(({ group, option, quantity }) => ({ group, option, quantity }))
    const same = {
      line: line.id,
      menu: line.menu,
      options,
      ...(line.variation === null ? {} : { variation: line.variation }),
    }
    const dish = menu.dishes.get(line.item)
    const expected = dish === undefined ? null : priceOf(menu, dish, line.variation, options)
    await this.send('line.change', { ...same, ...agreed, ...(expected === null ? {} : { expected }) }, label)
  }

  /** A line that waited too long is wanted after all, as it was changed since. */
  async stillWanted(line: BasketLine): Promise<void> {
    for (const { id } of this.about(line).filter(({ state }) => state === 'expired')) await this.outbox.retry(id)
  }

  /** What waited too long is not wanted any more: a new line goes, one that the server has stays as it is. */
  async notWanted(line: BasketLine): Promise<void> {
    for (const { id, attempts } of this.about(line).filter(({ state }) => state === 'expired')) {
      await this.outbox.discard(id)
      // Nobody knows whether it arrived.
      if (line.isNew && attempts > 0) await this.send('line.remove', { line: line.id })
    }
  }

  /** Send what waited too long after all, or what was refused, once more. */
  async again(entry: string): Promise<void> {
    await this.outbox.retry(entry)
  }

  /** Forget a command that needs somebody. */
  async forget(entry: string): Promise<void> {
    await this.outbox.discard(entry)
  }

  /** Order lines from the kitchen. The answer comes when the server has it. */
  async place(lines: readonly string[]): Promise<CommandResult> {
    const entry = await this.send('order.place', { lines })
    // It may wait too long and then be forgotten by the guest: that is no answer, and no mistake either.
    const result = await this.outbox.settled(entry.id).catch((): CommandResult => ({ result: 'noop' }))
    if (result.result === 'rejected') await this.outbox.discard(entry.id)
    return result
  }

  /** Say something to the staff. */
  note(text: string): Promise<OutboxEntry> {
    return this.send('note.add', { note: shortId(), text })
  }

  askForBill(): Promise<OutboxEntry> {
    return this.send('bill.request', {})
  }

  /** What was ordered should not come after all; the staff decides. */
  askToCancel(line: BasketLine, label: string): Promise<OutboxEntry> {
    return this.send('line.void', { line: line.id }, label)
  }

  private chosen(menu: Menu, dish: Dish, choosing: Choosing): object {
    const expected = unitPrice(menu, dish, choosing)
    return {
      menu: menu.id,
      menu_version: menu.version,
      quantity: choosing.quantity,
      options: optionsOf(choosing, groupsOf(menu, dish)),
      course: choosing.course,
      note: choosing.note.trim(),
      ...(choosing.variation === null ? {} : { variation: choosing.variation }),
      ...(expected === null ? {} : { expected }),
    }
  }

  /** The command about a line that was refused or waited too long. */
  private stuck(line: BasketLine): OutboxEntry | null {
    if (line.entry === null || (line.pending !== 'refused' && line.pending !== 'expired')) return null
    return this.outbox.entries.peek().find((entry) => entry.id === line.entry) ?? null
  }

  private about(line: BasketLine): readonly OutboxEntry[] {
    return this.outbox.entries.peek().filter((entry) => isAbout(entry, this.room, line.id))
  }

  private send(type: string, body: object, label?: string): Promise<OutboxEntry> {
    const named = label === undefined ? {} : { label }
    return this.outbox.send({ room: this.room, type, body, expiresMs: EXPIRES_MS, ...named })
  }
}

function isAbout(entry: OutboxEntry, room: string, line: string): boolean {
  return entry.room === room && entry.type.startsWith('line.') && Reflect.get(entry.body, 'line') === line
}
