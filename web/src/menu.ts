// The editor page of one menu: connect, wait for the first sync, bind the fields.

import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { byId, element } from './element'
import { MenuBoard } from './menu_board'
import { MenuContent } from './menu_content'
import { Money } from './money'
import { People } from './people'
import { SaveLight } from './save_light'
import { type DocumentInfo, Refused, chosenName, documentInfo, friendlyName, rememberName, takeToken } from './session'

async function start(): Promise<void> {
  const id = decodeURIComponent(location.pathname.split('/')[2] ?? '')
  const token = takeToken()
  const info = await documentInfo(id, token)
  document.title = `${info.title} · Mirepoix`
  byId('title', HTMLElement).textContent = info.title
  const readOnly = info.access === 'read'
  if (readOnly) notice('You can read this menu. Editing needs the right to write.')

  const doc = new Y.Doc()
  const provider = connect(info, doc, token)
  new SaveLight(provider, readOnly)
  const dialog = new NameDialog((name) => people.introduce(name))
  const people = new People(provider.awareness, () => dialog.open(userName()))
  const userName = (): string => chosenName() ?? friendlyName(doc.clientID)
  people.introduce(userName())
  if (chosenName() === null && !readOnly) dialog.open(userName())
  firstSync(provider, () => show(new MenuContent(doc), { people, readOnly, userName }))
}

function connect({ id }: DocumentInfo, doc: Y.Doc, token: string | null): WebsocketProvider {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  return new WebsocketProvider(`${scheme}://${location.host}/ws/y`, encodeURIComponent(id), doc, {
    params: token === null ? {} : { token },
    disableBc: true, // another tab sending our edits back would turn the light green, not the disk
  })
}

function firstSync(provider: WebsocketProvider, then: () => void): void {
  const listener = (isSynced: boolean): void => {
    if (!isSynced) return
    provider.off('sync', listener)
    then()
  }
  provider.on('sync', listener)
}

function show(content: MenuContent, session: { people: People; readOnly: boolean; userName: () => string }): void {
  if (!content.isMenu) {
    byId('waiting', HTMLElement).textContent = 'This document holds no menu.'
    return
  }
  const draw = (locale: string): MenuBoard => {
    document.documentElement.lang = locale
    return new MenuBoard({ content, money: new Money(locale, content.currency), locale, ...session })
  }
  let board = draw(content.defaultLocale)
  const search = byId('search', HTMLInputElement)
  search.addEventListener('input', () => board.filter(search.value))
  addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement
    if (event.key !== '/' || isTyping) return
    event.preventDefault()
    search.focus()
  })
  offerLocales(content, (locale) => {
    board.destroy()
    board = draw(locale)
    board.filter(search.value)
  })
}

function offerLocales(content: MenuContent, choose: (locale: string) => void): void {
  const { locales, defaultLocale } = content
  if (locales.length < 2) return
  const names = new Intl.DisplayNames(undefined, { type: 'language' })
  const select = byId('locale', HTMLSelectElement)
  select.append(...locales.map((locale) => element('option', { value: locale, selected: locale === defaultLocale }, names.of(locale) ?? locale)))
  select.addEventListener('change', () => choose(select.value))
  byId('locale-label', HTMLElement).hidden = false
}

/** Asks for the name that others see. */
class NameDialog {
  private readonly dialog = byId('name-dialog', HTMLDialogElement)
  private readonly input = byId('name-input', HTMLInputElement)

  constructor(chosen: (name: string) => void) {
    this.dialog.addEventListener('close', () => {
      const name = this.input.value.trim()
      if (name === '') return
      rememberName(name)
      chosen(name)
    })
  }

  open(current: string): void {
    this.input.value = current
    this.dialog.showModal()
    this.input.select()
  }
}

function notice(text: string): void {
  const place = byId('notice', HTMLElement)
  place.textContent = text
  place.hidden = false
}

start().catch((error: unknown) => {
  document.body.classList.add('refused')
  notice(error instanceof Refused ? error.message : 'This page broke while loading. Reload it.')
  byId('notice', HTMLElement).append(' ', element('a', { href: '/' }, 'All menus'))
  if (!(error instanceof Refused)) throw error
})
