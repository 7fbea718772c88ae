// The menu editor: /menus/{id}. Opens the link and the menu, draws what the device has at once, and
// opens the menu anew when the server has replaced it.

import { render } from 'preact'
import { textsReady } from '../core/i18n'
import { openLink } from '../core/link'
import { App } from './app'
import './texts'

const menuId = decodeURIComponent(location.pathname.replace(/^\/menus\//, '').replace(/\/$/, ''))

async function start(): Promise<void> {
  const [link] = await Promise.all([openLink({ app: 'editor' }), textsReady()])
  const root = document.getElementById('app') ?? document.body
  render(<App link={link} menuId={menuId} />, root)
}

void start()
