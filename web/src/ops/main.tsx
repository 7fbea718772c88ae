// The operations page: how the server does, second by second, and what can be done about it.

import { render } from 'preact'
import { textsReady } from '../core/i18n'
import { openLink } from '../core/link'
import { OpsScreen } from './OpsScreen'
import { openOperations } from './state'

const link = await openLink({ app: 'ops', socketless: true })
await textsReady()
const root = document.getElementById('app')
if (root !== null) render(<OpsScreen link={link} operations={openOperations(link.session)} />, root)
