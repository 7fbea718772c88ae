// The settings of a restaurant, for its managers.

import { render } from 'preact'
import { textsReady } from '../core/i18n'
import { openLink } from '../core/link'
import { SettingsPage } from './SettingsPage'
import './texts'

async function start(): Promise<void> {
  const [link] = await Promise.all([openLink({ app: 'settings', socketless: true }), textsReady()])
  render(<SettingsPage link={link} />, document.getElementById('app') ?? document.body)
}

void start()
