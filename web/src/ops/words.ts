// Words for what the server calls by slugs: kinds of rooms, roles, protocols.

import type { OpenRoom } from '../core/protocol'
import { tableText } from './table-texts'

/** "Menu", "Kitchen", ...; a kind that is not known is shown as it is. */
export function kindName(kind: string): string {
  switch (kind) {
    case 'menu':
      return tableText('kindMenu')
    case 'free':
      return tableText('kindFree')
    case 'menu_events':
      return tableText('kindMenuEvents')
    case 'kitchen':
      return tableText('kindKitchen')
    case 'order':
      return tableText('kindOrder')
    case 'user':
      return tableText('kindUser')
    case 'stock':
      return tableText('kindStock')
    case 'floor':
      return tableText('kindFloor')
    case 'presence':
      return tableText('kindPresence')
    default:
      return kind
  }
}

/** "Waiter", ... */
export function roleName(role: string): string {
  switch (role) {
    case 'owner':
      return tableText('roleOwner')
    case 'manager':
      return tableText('roleManager')
    case 'editor':
      return tableText('roleEditor')
    case 'translator':
      return tableText('roleTranslator')
    case 'waiter':
      return tableText('roleWaiter')
    case 'kitchen':
      return tableText('roleKitchen')
    case 'viewer':
      return tableText('roleViewer')
    case 'guest':
      return tableText('roleGuest')
    default:
      return role
  }
}

// Names that are the same in every language.
const DOORS: Readonly<Record<string, string>> = {
  rooms: 'Mirepoix',
  y: 'y-websocket',
  hocuspocus: 'Hocuspocus',
  cable: 'Action Cable',
  sse: 'SSE',
}

/** What people call a protocol. */
export function doorName(door: string): string {
  return DOORS[door] ?? door
}

/** What a room is called: the title of a document, else what follows its kind. */
export function roomName(room: Pick<OpenRoom, 'id' | 'title'>): string {
  return room.title || shortRoom(room.id)
}

/** A room's id without its kind: "kitchen:bistro:grill" is "bistro:grill". */
export function shortRoom(id: string): string {
  return id.slice(id.indexOf(':') + 1)
}
