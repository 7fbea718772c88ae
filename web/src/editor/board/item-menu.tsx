// What can be done with a dish besides typing: the way to everything that is also done by dragging.

import type { Item } from '../../menu/menu'
import { Menu, type MenuItem } from '../../ui/Menu'
import { type Editor, useEditor } from '../state'
import { t } from '../texts'
import { deleteItem, duplicateItem, moveItemBy, openMoveDialog } from './actions'

export interface ItemMenuProps {
  item: Item
  section: string
  name: string
}

/** The button and its actions. */
export function ItemMenu({ item, section, name }: ItemMenuProps) {
  const editor = useEditor()
  return (
    <Menu label={t('actions_for', { name })} items={entries(editor, item, section)} class="icon-button item-menu" />
  )
}

function entries(editor: Editor, item: Item, section: string): MenuItem[] {
  const rights = editor.rights.value
  const details: MenuItem = {
    label: rights.details || rights.notes ? t('details') : t('details_show'),
    icon: 'edit',
    onSelect: () => {
      editor.panel.value = { kind: 'details', item: item.id }
    },
  }
  const history: MenuItem = {
    label: t('history_of_item'),
    icon: 'history',
    onSelect: () => {
      editor.panel.value = { kind: 'history', item: item.id }
    },
  }
  if (!rights.structure) return [details, history]
  return [
    details,
    { label: t('move_to'), icon: 'move', onSelect: () => openMoveDialog({ kind: 'item', id: item.id }) },
    { label: t('move_up'), icon: 'up', shortcut: 'Alt+↑', onSelect: () => moveItemBy(editor, item.id, section, -1) },
    { label: t('move_down'), icon: 'down', shortcut: 'Alt+↓', onSelect: () => moveItemBy(editor, item.id, section, 1) },
    { label: t('duplicate'), icon: 'copy', onSelect: () => duplicateItem(editor, item.id) },
    {
      label: item.isHidden ? t('show_to_guests') : t('hide_from_guests'),
      icon: item.isHidden ? 'eye' : 'eyeOff',
      onSelect: () => void editor.edits.setItem(item.id, 'hidden', !item.isHidden),
    },
    history,
    { label: t('delete'), icon: 'trash', danger: true, separated: true, onSelect: () => deleteItem(editor, item.id) },
  ]
}
