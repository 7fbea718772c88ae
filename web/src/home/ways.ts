// The other screens, and who may open which.

import type { Me, Role } from '../core/session'
import type { IconName } from '../ui/icons'
import { text } from './texts'

export interface HomeWay {
  readonly id: 'kitchen' | 'tables' | 'guest' | 'settings' | 'operations'
  readonly icon: IconName
  readonly title: string
  readonly help: string
  /** null: a dialog of this page. */
  readonly href: string | null
}

// The code that `--dev` gives the open table of its demo.
const DEMO_GUEST = '/t/demo-table-4'

/** The ways of somebody, the most used first. */
export function waysFor(me: Me | null): readonly HomeWay[] {
  const may = (...roles: Role[]) =>
    me?.isDeveloper === true || (me?.roles.some((role) => roles.includes(role)) ?? false)
  const ways: (HomeWay | false)[] = [
    may('owner', 'manager', 'waiter', 'kitchen') && {
      id: 'kitchen',
      icon: 'pan',
      title: text('kitchen'),
      help: text('kitchenHelp'),
      href: '/kitchen',
    },
    may('owner', 'manager', 'waiter') && {
      id: 'tables',
      icon: 'qr',
      title: text('tables'),
      help: text('tablesHelp'),
      href: null,
    },
    me?.isDeveloper === true && {
      id: 'guest',
      icon: 'device',
      title: text('guestTry'),
      help: text('guestTryHelp'),
      href: DEMO_GUEST,
    },
    may('owner', 'manager') && {
      id: 'settings',
      icon: 'settings',
      title: text('settings'),
      help: text('settingsHelp'),
      href: '/settings',
    },
    may('owner', 'manager') && {
      id: 'operations',
      icon: 'chart',
      title: text('operations'),
      help: text('operationsHelp'),
      href: '/ops',
    },
  ]
  return ways.filter((way) => way !== false)
}
