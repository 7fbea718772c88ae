// The keys of the editor, for the list behind `?`.

import type { ShortcutGroup } from '../../ui/Shortcuts'
import { t } from '../texts'

/** In the language of the page. */
export function shortcuts(): readonly ShortcutGroup[] {
  return [
    {
      title: t('keys_menu'),
      keys: [
        { keys: ['/'], label: t('search') },
        { keys: ['n'], label: t('key_new') },
        { keys: ['h'], label: t('history') },
        { keys: ['Ctrl', 'P'], label: t('print') },
        { keys: ['Ctrl', 'S'], label: t('key_saved') },
      ],
    },
    {
      title: t('keys_fields'),
      keys: [
        { keys: ['Enter'], label: t('key_next') },
        { keys: ['Shift', 'Enter'], label: t('key_line') },
        { keys: ['Esc'], label: t('key_revert') },
        { keys: ['↑', '↓'], label: t('key_prices') },
        { keys: ['Alt', '↑ ↓'], label: t('key_move') },
        { keys: ['Ctrl', 'Z'], label: t('undo_mine') },
        { keys: ['Ctrl', 'Shift', 'Z'], label: t('redo_mine') },
      ],
    },
  ]
}
