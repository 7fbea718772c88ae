// The table: menu and list side by side where there is room, on a phone the menu with a bar below that
// opens the list. Whatever is asked lies over it.

import { useEffect, useState } from 'preact/hooks'
import { Icon } from '../ui/icons'
import { BottomBar } from './BottomBar'
import { Header } from './Header'
import { MenuView } from './MenuView'
import { NewsLine } from './NewsLine'
import { RoundNotice } from './RoundNotice'
import { sheet, useTable } from './table-context'
import { text } from './texts'

type Parts = typeof import('./Sheets')

export const WIDE = '(min-width: 56rem)'
const AGAIN_MS = 3000

export function TablePage() {
  const table = useTable()
  const isWide = useMedia(WIDE)
  const parts = useParts()
  return (
    <div class={isWide ? 'guest is-wide' : 'guest'}>
      <Header />
      {table.link.db.unsafe.value && <Strip icon="alert" words={text('unsafe')} />}
      {table.isOffline.value && <Strip icon="offline" words={text('offline')} />}
      <div class="guest-columns">
        <main class="guest-menu">
          <MenuView />
        </main>
        {isWide && (
          <aside class="guest-order" aria-label={text('order')}>
            {parts !== null && <parts.OrderPanel />}
          </aside>
        )}
      </div>
      <div class="guest-foot">
        <NewsLine />
        <RoundNotice />
        {!isWide && <BottomBar />}
      </div>
      {parts !== null && <parts.Sheets isWide={isWide} />}
    </div>
  )
}

function Strip({ icon, words }: { icon: 'alert' | 'offline'; words: string }) {
  return (
    <p class="guest-strip" role="status">
      <Icon name={icon} size={18} />
      <span>{words}</span>
    </p>
  )
}

/** The sheets: loaded once the menu is painted, so that they are there when the network is not. */
function useParts(): Parts | null {
  const [parts, setParts] = useState<Parts | null>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    const load = (): void => {
      import('./Sheets').then(setPartsOnce, () => {
        timer = setTimeout(load, AGAIN_MS)
      })
    }
    const setPartsOnce = (loaded: Parts): void => setParts(loaded)
    timer = setTimeout(load, sheet.peek().kind === 'none' ? 50 : 0)
    return () => clearTimeout(timer)
  }, [])
  return parts
}

function useMedia(query: string): boolean {
  const [is, set] = useState(() => matchMedia(query).matches)
  useEffect(() => {
    const media = matchMedia(query)
    const changed = () => set(media.matches)
    changed()
    media.addEventListener('change', changed)
    return () => media.removeEventListener('change', changed)
  }, [query])
  return is
}
