import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Attention, toneOf } from '../../src/kitchen/attention'
import { untilTime } from '../../src/kitchen/DishSheet'
import { recentlyBumped } from '../../src/kitchen/kitchen'
import { listenToPresses } from '../../src/kitchen/press'
import { roomNames } from '../../src/kitchen/rooms'
import { isTimeToReload } from '../../src/kitchen/screen-care'
import { FIRST_SETTINGS, readSettings } from '../../src/kitchen/settings'
import { mostUrgent, Sound, type Tone } from '../../src/kitchen/sound'
import { inLanguage, isWholeVoid, orderNumber } from '../../src/kitchen/ticket'
import { folded, MINUTE, NOON, ticketOf, told, wireLine, wireTicket } from './samples'

describe('the rooms of a screen', () => {
  const all = { desk: 'station', stations: [] } as const
  it('are that of all stations, those chosen, or that of the pass', () => {
    expect(roomNames('r', all, [])).toEqual(['kitchen:r'])
    expect(roomNames('r', { desk: 'station', stations: ['grill', 'bar'] }, [])).toEqual([
      'kitchen:r:grill',
      'kitchen:r:bar',
    ])
    expect(roomNames('r', { desk: 'expo', stations: ['grill'] }, [])).toEqual(['kitchen:r:expo'])
  })

  it('are those of the person who may see only some stations', () => {
    expect(roomNames('r', all, ['grill', 'bar'])).toEqual(['kitchen:r:grill', 'kitchen:r:bar'])
    expect(roomNames('r', all, ['grill', 'expo'])).toEqual(['kitchen:r'])
  })
})

describe('settings', () => {
  it('are those of a new screen when nothing or nonsense is kept', () => {
    for (const kept of [null, '', '{', '[]', '{"volume":"loud"}', '{"desk":"bar"}'])
      expect(readSettings(kept)).toEqual(FIRST_SETTINGS)
  })

  it('keep what is known and leave the rest as it is', () => {
    const kept = JSON.stringify({ desk: 'expo', quietHour: null, future: 1 })
    expect(readSettings(kept)).toEqual({ ...FIRST_SETTINGS, desk: 'expo', quietHour: null })
  })
})

describe('tones', () => {
  it.each([
    ['ticket.opened', 'line.fired', false, false, 'new'],
    ['ticket.opened', 'line.recalled', false, false, 'changed'],
    ['ticket.opened', 'line.voided', false, false, 'changed'],
    ['ticket.changed', 'line.voided', false, false, 'changed'],
    ['ticket.changed', 'note.added', false, false, 'changed'],
    ['ticket.changed', 'line.ready', false, false, null],
    ['ticket.changed', 'line.started', false, false, null],
    ['ticket.closed', 'line.ready', true, false, null],
    ['ticket.closed', 'order.closed', false, false, 'changed'],
    ['ticket.changed', 'line.ready', true, true, 'ready'],
    ['ticket.changed', 'line.ready', false, true, null],
  ] as const)('of %s by %s', (type, cause, isAllReady, isExpo, tone) => {
    expect(toneOf(type, cause, isAllReady, isExpo)).toBe(tone)
  })

  it('the most urgent of several wins', () => {
    expect(mostUrgent(['ready', 'late', 'new'])).toBe('late')
    expect(mostUrgent([])).toBeNull()
  })
})

describe('attention', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())
  const heard: Tone[] = []
  const make = (): Attention => {
    heard.length = 0
    const sound = new Sound()
    vi.spyOn(sound, 'play').mockImplementation((tone) => heard.push(tone) > 0)
    return new Attention(sound)
  }

  it('rings again until somebody touches the screen', () => {
    const attention = make()
    attention.call('a', 'new')
    attention.call('b', 'late')
    vi.advanceTimersByTime(20_000)
    expect(heard).toEqual(['new', 'late', 'late', 'late'])
    attention.noticed()
    vi.advanceTimersByTime(60_000)
    expect(heard).toHaveLength(4)
    expect(attention.count.value).toBe(0)
  })

  it('is silent but visible when it must not repeat', () => {
    const attention = make()
    attention.repeats = false
    attention.call('a', 'new')
    vi.advanceTimersByTime(60_000)
    expect(heard).toEqual(['new'])
    expect(attention.count.value).toBe(1)
  })

  it('forgets a ticket that is gone', () => {
    const attention = make()
    attention.call('a', 'new')
    attention.drop('a')
    expect(attention.count.value).toBe(0)
  })
})

describe('presses', () => {
  let calls: string[]
  let area: HTMLElement
  let stop: () => void
  beforeEach(() => {
    vi.useFakeTimers()
    calls = []
    area = document.createElement('div')
    area.innerHTML = '<button id="a"><b>x</b></button><button id="b"></button>'
    stop = listenToPresses(area, {
      find: (target) => target.closest<HTMLElement>('button'),
      tap: (element) => calls.push(`tap ${element.id}`),
      twice: (element) => calls.push(`twice ${element.id}`),
      long: (element) => calls.push(`long ${element.id}`),
    })
  })
  afterEach(() => {
    stop()
    vi.useRealTimers()
  })
  const press = (selector: string, ms = 50): void => {
    const target = area.querySelector(selector)
    target?.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, button: 0 }))
    vi.advanceTimersByTime(ms)
    target?.dispatchEvent(new PointerEvent('pointerup', { bubbles: true }))
    target?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))
  }

  it('are taps, also on what is inside', () => {
    press('#a b')
    expect(calls).toEqual(['tap a'])
  })

  it('on two different elements are two taps', () => {
    press('#a')
    press('#b')
    expect(calls).toEqual(['tap a', 'tap b'])
  })

  it('that last are no taps', () => {
    press('#a', 700)
    expect(calls).toEqual(['long a'])
  })

  it('that move away are not long', () => {
    const target = area.querySelector('#a')
    target?.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, button: 0, clientX: 0 }))
    target?.dispatchEvent(new PointerEvent('pointermove', { bubbles: true, clientX: 40 }))
    vi.advanceTimersByTime(1000)
    expect(calls).toEqual([])
  })

  it('with the other mouse button are long ones', () => {
    area.querySelector('#b')?.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }))
    expect(calls).toEqual(['long b'])
  })

  it('twice on one element are one tap and one double tap', () => {
    press('#a')
    press('#a')
    expect(calls).toEqual(['tap a', 'twice a'])
  })
})

describe('small things', () => {
  it('reloads only at the quiet hour, idle, and not right after a start', () => {
    const quiet = { hour: 4, isIdle: true, runningMs: 9 * 60 * MINUTE }
    expect(isTimeToReload(quiet, 4)).toBe(true)
    expect(isTimeToReload(quiet, 5)).toBe(false)
    expect(isTimeToReload({ ...quiet, hour: null }, 4)).toBe(false)
    expect(isTimeToReload({ ...quiet, isIdle: false }, 4)).toBe(false)
    expect(isTimeToReload({ ...quiet, runningMs: MINUTE }, 4)).toBe(false)
  })

  it('takes a time that has passed as tomorrow’s', () => {
    const noon = new Date(2026, 10, 21, 12, 0).getTime()
    expect(untilTime('13:30', noon)).toBe(new Date(2026, 10, 21, 13, 30).getTime())
    expect(untilTime('11:00', noon)).toBe(new Date(2026, 10, 22, 11, 0).getTime())
    expect(untilTime('', noon)).toBeNull()
  })

  it('calls an order by the end of its id', () => {
    expect(orderNumber('0192-ab7f3a')).toBe('7F3A')
  })

  it('shows a text in the language of the page, else in English, else in any', () => {
    expect(inLanguage({ de: 'Suppe', en: 'Soup' }, 'de')).toBe('Suppe')
    expect(inLanguage({ de: 'Suppe', en: 'Soup' }, 'fr')).toBe('Soup')
    expect(inLanguage({ de: 'Suppe' }, 'fr')).toBe('Suppe')
    expect(inLanguage({}, 'fr')).toBe('')
  })

  it('knows an order that was cancelled as a whole', () => {
    expect(isWholeVoid(ticketOf('o1', [wireLine('a', { state: 'voided' })]))).toBe(true)
    expect(isWholeVoid(ticketOf('o1', [wireLine('a', { state: 'voided' }), wireLine('b')]))).toBe(false)
    expect(isWholeVoid(ticketOf('o1', []))).toBe(false)
  })

  it('lists what was bumped here, then what others have finished, each once', () => {
    const ready = [wireLine('a', { state: 'ready' })]
    const state = folded(told('ticket.closed', 'line.ready', wireTicket('o1', ready), NOON))
    const finished = [ticketOf('o1', ready), ticketOf('o2', ready)]
    const found = recentlyBumped(state.bumped, finished, NOON + MINUTE)
    expect(found.map((one) => [one.ticket.order, one.closedMs])).toEqual([
      ['o1', NOON],
      ['o2', null],
    ])
    expect(recentlyBumped(state.bumped, [], NOON + 61 * MINUTE)).toEqual([])
  })
})
