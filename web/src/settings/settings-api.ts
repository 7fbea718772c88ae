// What the settings ask of the server, for one restaurant.

import {
  type CodeAnswer,
  codeAnswerGuard,
  type DeviceAnswer,
  deviceListGuard,
  type InviteAnswer,
  inviteListGuard,
  type MadeInvite,
  madeInviteGuard,
  type NewInvite,
  type NewStaffMember,
  type NewStation,
  type NewTable,
  type RestaurantAnswer,
  type RestaurantChange,
  restaurantAnswerGuard,
  type StaffAnswer,
  type StaffChange,
  type StaffList,
  type StationAnswer,
  type StationChange,
  staffAnswerGuard,
  staffListGuard,
  stationAnswerGuard,
  stationListGuard,
  type TableAnswer,
  type TableChange,
  type TableStateAnswer,
  tableAnswerGuard,
  tableListGuard,
} from '../core/protocol'
import type { Session } from '../core/session'

export interface SettingsApi {
  readonly restaurant: string
  find(signal?: AbortSignal): Promise<RestaurantAnswer>
  change(change: RestaurantChange): Promise<RestaurantAnswer>
  tables(signal?: AbortSignal): Promise<readonly TableStateAnswer[]>
  createTable(table: NewTable): Promise<TableAnswer>
  changeTable(id: string, change: TableChange): Promise<TableAnswer>
  deleteTable(id: string): Promise<void>
  /** Draws a code: opens the table when it is closed. */
  codeOf(table: TableStateAnswer): Promise<CodeAnswer>
  closeTable(id: string): Promise<void>
  stations(signal?: AbortSignal): Promise<readonly StationAnswer[]>
  createStation(station: NewStation): Promise<StationAnswer>
  changeStation(id: string, change: StationChange): Promise<StationAnswer>
  deleteStation(id: string): Promise<void>
  staff(after: string | null, signal?: AbortSignal): Promise<StaffList>
  createStaff(member: NewStaffMember): Promise<StaffAnswer>
  changeStaff(user: string, change: StaffChange): Promise<StaffAnswer>
  deleteStaff(user: string): Promise<void>
  invites(signal?: AbortSignal): Promise<readonly InviteAnswer[]>
  createInvite(invite: NewInvite): Promise<MadeInvite>
  revokeInvite(id: string): Promise<void>
  devices(signal?: AbortSignal): Promise<readonly DeviceAnswer[]>
  signOutDevice(id: string): Promise<void>
}

/** The requests; each throws ApiError. */
export function settingsApi(session: Session, restaurant: string): SettingsApi {
  const query = `?restaurant=${encodeURIComponent(restaurant)}`
  const own = `/restaurants/${encodeURIComponent(restaurant)}`
  const one = (list: string, id: string, rest = '') => `/${list}/${encodeURIComponent(id)}${rest}${query}`
  const drop = async (path: string): Promise<void> => {
    await session.api('DELETE', path)
  }
  return {
    restaurant,
    find: (signal) => session.api('GET', own, { guard: restaurantAnswerGuard, ...stoppedBy(signal) }),
    change: (body) => session.api('PATCH', own, { guard: restaurantAnswerGuard, body }),

    tables: async (signal) =>
      (await session.api('GET', `/tables${query}`, { guard: tableListGuard, ...stoppedBy(signal) })).tables,
    createTable: (body) => session.api('POST', `/tables${query}`, { guard: tableAnswerGuard, body }),
    changeTable: (id, body) => session.api('PATCH', one('tables', id), { guard: tableAnswerGuard, body }),
    deleteTable: (id) => drop(one('tables', id)),
    codeOf: ({ id, visit }) =>
      session.api('POST', one('tables', id, visit === null ? '/open' : '/rotate'), { guard: codeAnswerGuard }),
    closeTable: async (id) => {
      await session.api('POST', one('tables', id, '/close'))
    },

    stations: async (signal) =>
      (await session.api('GET', `/stations${query}`, { guard: stationListGuard, ...stoppedBy(signal) })).stations,
    createStation: (body) => session.api('POST', `/stations${query}`, { guard: stationAnswerGuard, body }),
    changeStation: (id, body) => session.api('PATCH', one('stations', id), { guard: stationAnswerGuard, body }),
    deleteStation: (id) => drop(one('stations', id)),

    staff: (after, signal) =>
      session.api('GET', `/staff${query}${after === null ? '' : `&after=${encodeURIComponent(after)}`}`, {
        guard: staffListGuard,
        ...stoppedBy(signal),
      }),
    createStaff: (body) => session.api('POST', `/staff${query}`, { guard: staffAnswerGuard, body }),
    changeStaff: (user, body) => session.api('PATCH', one('staff', user), { guard: staffAnswerGuard, body }),
    deleteStaff: (user) => drop(one('staff', user)),

    invites: async (signal) =>
      (await session.api('GET', `/invites${query}`, { guard: inviteListGuard, ...stoppedBy(signal) })).invites,
    createInvite: (body) => session.api('POST', '/invites', { guard: madeInviteGuard, body: { ...body, restaurant } }),
    revokeInvite: (id) => drop(one('invites', id)),
    devices: async (signal) =>
      (await session.api('GET', `/devices${query}`, { guard: deviceListGuard, ...stoppedBy(signal) })).devices,
    signOutDevice: (id) => drop(one('devices', id)),
  }
}

function stoppedBy(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}
