// The guest page: the code on the table opens the menu and the list from which everybody orders.

import { render } from 'preact'
import { textsReady } from '../core/i18n'
import { arrive } from './arrival'
import { Page } from './Page'

const root = document.getElementById('app')
if (root !== null) {
  void textsReady().then(() => {
    root.replaceChildren()
    render(<Page />, root)
  })
  void arrive()
}
