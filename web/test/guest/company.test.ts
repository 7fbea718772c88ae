import { signal } from '@preact/signals'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { offsetMs } from '../../src/core/clock'
import { Company } from '../../src/guest/company'
import { Sending } from '../../src/guest/sending'
import { ANA, BEN } from './made'

type Said = readonly [kind: string, body: object]
type Hear = (from: string, kind: string, body: unknown) => void

/** The room of an order on one server: everybody hears the others. */
class Room {
  private readonly seats = new Set<Seat>()

  seat(): Seat {
    const seat: Seat = new Seat((said) => {
      for (const other of this.seats) if (other !== seat) other.hear(...said)
    })
    this.seats.add(seat)
    return seat
  }
}

class Seat {
  readonly isLive = signal(true)
  readonly said: Said[] = []
  private readonly ears = new Set<Hear>()

  constructor(private readonly tell: (said: Said) => void) {}

  say(kind: string, body: object): void {
    this.said.push([kind, body])
    if (this.isLive.peek()) this.tell([kind, body])
  }

  onSaid(listener: Hear): () => void {
    this.ears.add(listener)
    return () => this.ears.delete(listener)
  }

  hear(kind: string, body: object): void {
    for (const ear of this.ears) if (this.isLive.peek()) ear('x', kind, structuredClone(body))
  }
}

const open: { close(): void }[] = []
const person = (guest: string, name: string) => ({ guest, name, sinceMs: Date.now(), heardMs: Date.now() })

function sits(room: Room, guest: string, name: string): { seat: Seat; company: Company; names: () => string[] } {
  const seat = room.seat()
  const company = new Company(seat, person(guest, name))
  open.push(company)
  return { seat, company, names: () => [...company.table.value.people.values()].map((one) => one.name).sort() }
}

beforeEach(() => {
  vi.useFakeTimers()
  localStorage.clear()
})
afterEach(() => {
  for (const one of open.splice(0)) one.close()
  vi.useRealTimers()
})

describe('the company', () => {
  it('learns of each other within a second, however they came', () => {
    const room = new Room()
    const ana = sits(room, ANA, 'Ana')
    vi.advanceTimersByTime(5000)
    const ben = sits(room, BEN, 'Ben')
    vi.advanceTimersByTime(1000)
    expect([ana.names(), ben.names()]).toEqual([
      ['Ana', 'Ben'],
      ['Ana', 'Ben'],
    ])
    expect([ana.company.host.value, ben.company.host.value]).toEqual([ANA, ANA])
  })

  it('does not talk without end: one answer a newcomer, then every 20 s', () => {
    const room = new Room()
    const ana = sits(room, ANA, 'Ana')
    sits(room, BEN, 'Ben')
    vi.advanceTimersByTime(2000)
    const before = ana.seat.said.length
    vi.advanceTimersByTime(20_000)
    expect(ana.seat.said.length - before).toBe(1)
    expect(before).toBeLessThanOrEqual(3)
  })

  it('drops who leaves, and who is not heard any more', () => {
    const room = new Room()
    const ana = sits(room, ANA, 'Ana')
    const ben = sits(room, BEN, 'Ben')
    vi.advanceTimersByTime(1000)
    ben.seat.isLive.value = false
    vi.advanceTimersByTime(60_000)
    expect(ana.names()).toEqual(['Ana'])
    ben.seat.isLive.value = true
    expect(ana.names()).toEqual(['Ana', 'Ben'])
    ben.company.close()
    expect(ana.names()).toEqual(['Ana'])
  })

  it('says everybody who renames and who hands over', () => {
    const room = new Room()
    const ana = sits(room, ANA, 'Ana')
    const ben = sits(room, BEN, 'Ben')
    vi.advanceTimersByTime(1000)
    ben.company.rename('Benno')
    ana.company.handOver(BEN)
    expect(ana.names()).toEqual(['Ana', 'Benno'])
    expect([ana.company.host.value, ben.company.host.value]).toEqual([BEN, BEN])
  })

  it('keeps oneself when another window of the same guest says goodbye', () => {
    const room = new Room()
    const first = sits(room, ANA, 'Ana')
    sits(room, ANA, 'Ana').company.close()
    expect(first.names()).toEqual(['Ana'])
  })
})

describe('sending a round', () => {
  function sender(room: Room, guest: string) {
    const seat = room.seat()
    const place = vi.fn()
    const onStopped = vi.fn()
    const sending = new Sending(seat, { guest, name: () => guest, dishes: () => 2, place, onStopped }, `later.${guest}`)
    open.push(sending)
    return { seat, place, onStopped, sending }
  }

  it('is seen by everybody for five seconds, then placed once by who sent it', () => {
    const room = new Room()
    const [ana, ben] = [sender(room, ANA), sender(room, BEN)]
    ana.sending.begin()
    expect(ben.sending.round.value).toMatchObject({ guest: ANA, dishes: 2 })
    expect([ana.sending.isMine.value, ben.sending.isMine.value]).toEqual([true, false])
    vi.advanceTimersByTime(4800)
    expect(ana.place).not.toHaveBeenCalled()
    vi.advanceTimersByTime(600)
    expect([ana.place.mock.calls.length, ben.place.mock.calls.length]).toEqual([1, 0])
    ben.sending.placed()
    expect([ana.sending.round.value, ben.sending.round.value]).toEqual([null, null])
  })

  it('stops when anybody says wait', () => {
    const room = new Room()
    const [ana, ben] = [sender(room, ANA), sender(room, BEN)]
    ana.sending.begin()
    vi.advanceTimersByTime(2000)
    ben.sending.wait()
    expect(ana.onStopped).toHaveBeenCalledWith({ guest: BEN, name: BEN })
    vi.advanceTimersByTime(10_000)
    expect(ana.place).not.toHaveBeenCalled()
    expect(ben.sending.round.value).toBeNull()
  })

  it('takes five seconds even when the clock is set meanwhile', () => {
    const room = new Room()
    const ana = sender(room, ANA)
    ana.sending.begin()
    offsetMs.value = -17 * 60_000
    vi.advanceTimersByTime(5400)
    offsetMs.value = 0
    expect(ana.place).toHaveBeenCalledTimes(1)
  })

  it('is done by one of two who begin at once', () => {
    const room = new Room()
    const [ana, ben] = [sender(room, ANA), sender(room, BEN)]
    ana.sending.begin()
    vi.advanceTimersByTime(100)
    ben.sending.begin()
    vi.advanceTimersByTime(12_000)
    expect([ana.place.mock.calls.length, ben.place.mock.calls.length]).toEqual([1, 0])
  })

  it('is forgotten when its sender vanished', () => {
    const room = new Room()
    const [ana, ben] = [sender(room, ANA), sender(room, BEN)]
    ana.sending.begin()
    ana.sending.close()
    vi.advanceTimersByTime(10_000)
    expect([ben.sending.round.value, ana.place.mock.calls.length]).toEqual([null, 0])
  })

  it('without connection is a wish that outlives the page, until it was asked about', () => {
    const room = new Room()
    const ana = sender(room, ANA)
    ana.seat.isLive.value = false
    ana.sending.begin()
    expect([ana.sending.round.value, ana.sending.wantsLater.value]).toEqual([null, true])
    const reopened = sender(room, ANA)
    expect(reopened.sending.wantsLater.value).toBe(true)
    reopened.sending.forgetWish()
    expect(sender(room, ANA).sending.wantsLater.value).toBe(false)
  })

  it('whose connection is cut while it counts is not placed but asked about', () => {
    const room = new Room()
    const ana = sender(room, ANA)
    ana.sending.begin()
    ana.seat.isLive.value = false
    vi.advanceTimersByTime(6000)
    expect([ana.place.mock.calls.length, ana.sending.wantsLater.value]).toEqual([0, true])
  })
})
