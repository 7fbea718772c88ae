// The start page: the menus of this server, and how other Yjs clients connect to it.

import { byId, element } from './element'
import { Refused, getJson, takeToken } from './session'

interface ListedDocument {
  readonly id: string
  readonly title?: string
  readonly restaurant?: string
}

async function listMenus(token: string | null): Promise<ListedDocument[]> {
  const answer = (await getJson('/api/v1/documents?kind=menu', token)) as { documents?: unknown }
  if (!Array.isArray(answer.documents)) throw new Refused('The server answered in a form this page does not know.')
  return answer.documents as ListedDocument[]
}

function showMenus(menus: ListedDocument[]): void {
  const note = byId('menus-note', HTMLElement)
  note.hidden = menus.length > 0
  note.textContent = 'None yet. Put one in with: mirepoix import FILE --restaurant R --menu ID'
  byId('menus', HTMLElement).replaceChildren(...menus.map(({ id, title, restaurant }) =>
    element('li', {}, element('a', { href: `/menus/${encodeURIComponent(id)}` },
      element('b', {}, title || id),
      element('span', {}, restaurant ? `${restaurant} · ${id}` : id),
    ))))
}

function showSnippets(example: string): void {
  const base = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}`
  byId('snippets', HTMLElement).replaceChildren(
    snippet('y-websocket', `new WebsocketProvider(\n  '${base}/ws/y',\n  '${example}',\n  doc,\n)`),
    snippet('Hocuspocus', `new HocuspocusProvider({\n  url: '${base}/ws/hocuspocus',\n  name: '${example}',\n  document: doc,\n})`),
    snippet('y-sweet', `createYjsProvider(\n  doc,\n  '${example}',\n  '${location.origin}/api/v1/ysweet/auth',\n)`),
  )
}

function snippet(title: string, code: string): HTMLElement {
  const button = element('button', { type: 'button', 'aria-label': `Copy the ${title} example` }, 'Copy')
  button.addEventListener('click', () => void copy(button, code))
  return element('figure', { class: 'snippet' },
    element('figcaption', {}, element('h3', {}, title), button),
    element('pre', { tabindex: 0 }, element('code', {}, code)))
}

async function copy(button: HTMLButtonElement, code: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(code)
    button.textContent = 'Copied'
  } catch {
    button.textContent = 'Select it by hand'
  }
  setTimeout(() => { button.textContent = 'Copy' }, 2_000)
}

async function start(): Promise<void> {
  showSnippets('my-menu')
  try {
    const menus = await listMenus(takeToken())
    showMenus(menus)
    if (menus[0] !== undefined) showSnippets(menus[0].id)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    byId('menus-note', HTMLElement).textContent = error.message
  }
}

void start()
