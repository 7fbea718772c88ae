// The start page: what this is, the menus, and the ways in.

import { render } from 'preact'
import { textsReady } from '../core/i18n'
import { openLink } from '../core/link'
import { HomePage } from './HomePage'
import './texts'

async function start(): Promise<void> {
  const [link] = await Promise.all([openLink({ app: 'home', socketless: true }), textsReady()])
  render(<HomePage link={link} />, document.getElementById('app') ?? document.body)
}

void start()
