// The whole screen, and which of its panels is open.

import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { serverNow } from '../core/clock'
import { Toasts, toast } from '../ui/Toast'
import { explainRefusal } from './actions'
import { Banners } from './Banners'
import { Board } from './Board'
import { BottomBar } from './BottomBar'
import type { Card } from './cards'
import type { DishChoice } from './DishSheet'
import { listenToKeys, type PanelName } from './keys'
import type { Kitchen } from './kitchen'
import { loadTheRest } from './later'
import { proveDelivery } from './painted'
import {
  AllDay,
  DishSheet,
  HelpPanel,
  PrintSheet,
  RecallPanel,
  SettingsPanel,
  StartScreen,
  StockPanel,
  TicketSheet,
} from './panels'
import { keepAwake, reloadAtQuietHour, shiftPixels } from './screen-care'
import { TopBar } from './TopBar'
import { targetName } from './target-name'
import { text } from './texts'
import type { Line } from './ticket'

const LOW_IS_NEWS_MS = 60_000
const REST_AFTER_MS = 2500

export function Screen({ kitchen, onSignIn }: { kitchen: Kitchen; onSignIn: () => void }) {
  const root = useRef<HTMLDivElement>(null)
  const panel = useSignal<PanelName | null>(null)
  const dish = useSignal<DishChoice | null>(null)
  const menu = useSignal<Card | null>(null)
  const printed = useSignal<readonly Card[]>([])
  const isCovered = useComputed(() => !kitchen.settings.value.isSetUp)
  const toggle = (name: PanelName): void => {
    panel.value = panel.peek() === name ? null : name
  }
  const close = (): void => {
    panel.value = null
  }
  const hold = (line: Line, card: Card): void => {
    dish.value = { item: line.item, name: line.name, line, card }
  }
  const print = (cards: readonly Card[]): void => {
    if (cards.length > 0) printed.value = cards
  }
  useEffect(() => careFor(kitchen, root.current), [])
  useEffect(() => proveDelivery(kitchen, isCovered), [])
  useEffect(() => listenToKeys(kitchen, toggle, (card) => print(card === null ? kitchen.drawn.peek() : [card])), [])
  useTextSize(kitchen)
  useLowStock(kitchen)
  if (isCovered.value) {
    return (
      <div class="kitchen" ref={root}>
        <StartScreen kitchen={kitchen} />
      </div>
    )
  }
  return (
    <div class="kitchen" ref={root}>
      <div class="screen" data-desk={kitchen.settings.value.desk}>
        <TopBar kitchen={kitchen} panel={panel.value} onPanel={toggle} onPrintAll={() => print(kitchen.drawn.peek())} />
        <Banners kitchen={kitchen} onSignIn={onSignIn} />
        <div class="middle">
          <Board
            kitchen={kitchen}
            onHold={hold}
            onMenu={(card) => (menu.value = card)}
            onSettings={() => toggle('settings')}
          />
          {panel.value === 'counts' && <AllDay kitchen={kitchen} onClose={close} />}
        </div>
        <BottomBar kitchen={kitchen} />
      </div>
      {panel.value === 'recall' && <RecallPanel kitchen={kitchen} open onClose={close} />}
      {panel.value === 'stock' && (
        <StockPanel kitchen={kitchen} open onClose={close} onDish={(choice) => (dish.value = choice)} />
      )}
      {panel.value === 'settings' && <SettingsPanel kitchen={kitchen} open onClose={close} />}
      {panel.value === 'help' && <HelpPanel kitchen={kitchen} open onClose={close} />}
      {menu.value !== null && (
        <TicketSheet
          kitchen={kitchen}
          card={menu.value}
          onClose={() => (menu.value = null)}
          onPrint={(card) => print([card])}
          onDish={hold}
        />
      )}
      {dish.value !== null && <DishSheet kitchen={kitchen} choice={dish.value} onClose={() => (dish.value = null)} />}
      {printed.value.length > 0 && (
        <PrintSheet kitchen={kitchen} cards={printed.value} onDone={() => (printed.value = [])} />
      )}
      <Toasts />
    </div>
  )
}

/** Awake, not burnt in, new in the morning; and fingers that keep everything in its place. */
function careFor(kitchen: Kitchen, root: HTMLElement | null): () => void {
  const startedMs = Date.now()
  kitchen.commands.onRefused = explainRefusal
  const down = (): void => kitchen.touched()
  const up = (): void => kitchen.released()
  const allow = (): void => {
    if (kitchen.settings.peek().hasSound && !kitchen.sound.isAllowed.peek()) void kitchen.sound.allow()
  }
  document.addEventListener('pointerdown', down)
  document.addEventListener('click', allow)
  for (const name of ['pointerup', 'pointercancel'] as const) document.addEventListener(name, up)
  const rest = setTimeout(() => void loadTheRest(), REST_AFTER_MS)
  const ends = [
    () => clearTimeout(rest),
    keepAwake(),
    root === null ? () => undefined : shiftPixels(root),
    reloadAtQuietHour(
      () => ({
        hour: kitchen.settings.peek().quietHour,
        isIdle:
          kitchen.link.outbox.entries.peek().length === 0 &&
          kitchen.cards.peek().length === 0 &&
          kitchen.rooms.isLive.peek(),
        runningMs: Date.now() - startedMs,
      }),
      () => void reload(kitchen),
    ),
  ]
  return () => {
    document.removeEventListener('pointerdown', down)
    document.removeEventListener('click', allow)
    for (const name of ['pointerup', 'pointercancel'] as const) document.removeEventListener(name, up)
    for (const end of ends) end()
  }
}

async function reload(kitchen: Kitchen): Promise<void> {
  if (kitchen.link.sync.pill.peek().kind === 'update') await kitchen.link.sync.reload()
  else location.reload()
}

function useTextSize(kitchen: Kitchen): void {
  useSignalEffect(() => {
    const { textSize } = kitchen.settings.value
    document.documentElement.style.setProperty('--text-scale', String(textSize / 100))
  })
}

/** A dish that is running out is told once, when it happens. */
function useLowStock(kitchen: Kitchen): void {
  const toldMs = useRef(0)
  useSignalEffect(() => {
    const [newest] = kitchen.stockStream.state.value.low
    if (newest === undefined || newest.atMs <= toldMs.current || serverNow() - newest.atMs > LOW_IS_NEWS_MS) return
    toldMs.current = newest.atMs
    toast({
      text: text('lowStock', { n: newest.remaining, dish: targetName(kitchen, newest.target) }),
      kind: 'warn',
      seconds: 12,
    })
  })
}
