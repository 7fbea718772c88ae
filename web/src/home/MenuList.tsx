// The menus, set like a menu: names in the serif, one line each. Managers and editors make new ones.

import { useState } from 'preact/hooks'
import type { Link } from '../core/link'
import type { DocumentAnswer } from '../core/protocol'
import type { Me } from '../core/session'
import { Banner } from '../ui/Banner'
import { Button } from '../ui/Button'
import { EmptyState } from '../ui/EmptyState'
import { Icon } from '../ui/icons'
import { problemWords } from '../ui/problem-words'
import { SearchField } from '../ui/SearchField'
import { Skeleton } from '../ui/Skeleton'
import { uiText } from '../ui/texts'
import { useAnswer } from '../ui/use-answer'
import { CreateDialog } from './CreateDialog'
import { ImportDialog } from './ImportDialog'
import { knownMenus } from './menus-api'
import { text } from './texts'

const SEARCH_FROM = 8

/** The list with its two buttons. */
export function MenuList({ link }: { link: Link }) {
  const { session } = link
  const menus = useAnswer((signal) => knownMenus(link, signal), [session.restaurant.value])
  const [dialog, setDialog] = useState<'create' | 'import' | null>(null)
  const canCreate = mayCreate(session.me.value)
  const buttons = (
    <>
      <Button icon="upload" onClick={() => setDialog('import')}>
        {text('importMenu')}
      </Button>
      <Button kind="primary" icon="add" onClick={() => setDialog('create')}>
        {text('newMenu')}
      </Button>
    </>
  )
  return (
    <section class="home-menus card" aria-labelledby="menus-title">
      <header class="home-menus-head">
        <h3 id="menus-title">{text('menus')}</h3>
        {canCreate && <div class="home-menus-buttons">{buttons}</div>}
      </header>
      {menus.error !== null && (
        <Banner kind="bad" action={<Button onClick={menus.reload}>{uiText('retry')}</Button>}>
          {problemWords(menus.error)}
        </Banner>
      )}
      {menus.value === null && menus.isLoading && <Skeleton lines={4} />}
      {menus.value?.isOld && (
        <Banner kind="warn" icon="offline" action={<Button onClick={menus.reload}>{uiText('retry')}</Button>}>
          {text('menusOld')}
        </Banner>
      )}
      {menus.value !== null && <Menus menus={menus.value.menus} canCreate={canCreate} />}
      <CreateDialog link={link} open={dialog === 'create'} onClose={() => setDialog(null)} />
      <ImportDialog
        link={link}
        open={dialog === 'import'}
        onClose={() => {
          setDialog(null)
          menus.reload()
        }}
      />
    </section>
  )
}

function Menus({ menus, canCreate }: { menus: readonly DocumentAnswer[]; canCreate: boolean }) {
  const [wanted, setWanted] = useState('')
  if (menus.length === 0) {
    return (
      <EmptyState icon="book" title={text('menusEmpty')}>
        {canCreate ? text('menusEmptyHelp') : text('menusNone')}
      </EmptyState>
    )
  }
  const found = menus.filter(({ title }) => title.toLocaleLowerCase().includes(wanted.trim().toLocaleLowerCase()))
  return (
    <>
      {menus.length >= SEARCH_FROM && <SearchField label={text('searchMenus')} value={wanted} onValue={setWanted} />}
      {found.length === 0 && <p class="note">{text('noneFound')}</p>}
      <ul class="menu-lines">
        {found.map((menu) => (
          <MenuLine key={menu.id} menu={menu} />
        ))}
      </ul>
    </>
  )
}

function MenuLine({ menu }: { menu: DocumentAnswer }) {
  return (
    <li>
      <a class="menu-line" href={`/menus/${encodeURIComponent(menu.id)}`}>
        <span class="menu-line-name" dir="auto">
          {menu.title || menu.id}
        </span>
        <span class="menu-line-leader" aria-hidden="true" />
        <span class="menu-line-way">
          {menu.access === 'write' ? text('editMenu') : text('readOnly')}
          <Icon name="chevron" size={18} />
        </span>
      </a>
    </li>
  )
}

function mayCreate(me: Me | null): boolean {
  return me?.isDeveloper === true || (me?.roles.some((role) => role === 'owner' || role === 'manager') ?? false)
}
