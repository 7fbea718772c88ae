// Whether somebody is giving the menu another title.

import { signal } from '@preact/signals'

export const isRenaming = signal(false)
