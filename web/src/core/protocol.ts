// What goes over the wire: made of the server's structs by `python -m api.typescript`. Do not edit.
// Names are as they are on the wire; every guard is a constant of its own, so that a page carries
// only those that it uses.

import {
  array,
  boolean,
  bytes,
  type Guard,
  literal,
  nullable,
  number,
  object,
  optional,
  record,
  string,
  tuple,
  union,
  unknown,
} from './guard'

/** The first frame: who speaks, and what. Later clients may say more of themselves here. */
export interface Hello {
  v: number
  token?: string | null | undefined
  device?: string | null | undefined
  app?: string | number | null | undefined
  caps?: unknown
}

/** A new token of the same person, before the old one ends. */
export interface Token {
  token: string
}

/** Subscribe to a room, as handle `h`; a handle in use is given up for it. */
export interface Sub {
  h: number
  room: string
  epoch?: number | string | null | undefined
  offset?: number | null | undefined
  want?: unknown
}

/** Leave a room. */
export interface Unsub {
  h: number
}

/** Asks to be told when everything sent before is on disk. */
export interface Mark {
  h: number
  n: number
}

/** Everything of a room up to an offset was shown to people. */
export interface Seen {
  h: number
  offset: number
}

/** Something for the others in the room of an order; stored nowhere. */
export interface Say {
  h: number
  kind: 'gone' | 'handover' | 'here' | 'sending' | 'wait'
  body?: Record<string, unknown> | undefined
}

/** A command. */
export interface Cmd {
  id: string
  room: string
  type: string
  body?: Record<string, unknown> | undefined
  device_seq?: number | null | undefined
  client_at_ms?: number | null | undefined
}

/** Asks for a `pong` with the same `t`, and says how the client is; for whoever operates us. */
export interface Ping {
  t?: number | null | undefined
  unsynced?: number | null | undefined
  rtt_ms?: number | null | undefined
}

/** `order.open`. */
export interface OpenOrder {
  table?: string | null | undefined
}

/** `order.place`. */
export interface PlaceOrder {
  lines?: string[] | null | undefined
}

/** `order.close`. */
export interface CloseOrder {
  force?: boolean | undefined
  reason?: string | undefined
}

/** `order.reopen`, `bill.request`: the command says it all. */
export type Nothing = Record<string, never>

/** One option that somebody chose, for one dish. */
export interface OptionChoice {
  group: string
  option: string
  quantity?: number | undefined
}

/** `line.add`. */
export interface AddLine {
  line: string
  menu: string
  item: string
  menu_version?: number | null | undefined
  quantity?: number | undefined
  variation?: string | null | undefined
  options?: OptionChoice[] | undefined
  course?: number | undefined
  seat?: string | undefined
  note?: string | undefined
  expected?: number | null | undefined
  accept_price?: boolean | undefined
}

/** `line.change`: what is left out stays. */
export interface ChangeLine {
  line: string
  quantity?: number | null | undefined
  course?: number | null | undefined
  seat?: string | null | undefined
  note?: string | null | undefined
  menu?: string | null | undefined
  menu_version?: number | null | undefined
  variation?: string | null | undefined
  options?: OptionChoice[] | null | undefined
  expected?: number | null | undefined
  accept_price?: boolean | undefined
}

/** `line.remove`, `line.start`, `line.ready`, `line.serve`, `line.recall`. */
export interface OneLine {
  line: string
}

/** `line.void`, `line.reject`, `line.comp`. */
export interface LineWithReason {
  line: string
  reason?: string | undefined
}

/** `ticket.start`, `ticket.bump`, `ticket.recall`. */
export interface OneTicket {
  ticket: string
}

/** `course.fire`, `course.hold`. */
export interface OneCourse {
  course: number
}

/** `note.add`. */
export interface AddNote {
  note: string
  text: string
}

/** `payment.record`, `payment.refund`. */
export interface Pay {
  payment: string
  amount: number
  method: string
  tip?: number | undefined
  reason?: string | undefined
}

/** `staff.assign`, `staff.unassign`. user: None is whoever says it. */
export interface OneUser {
  user?: string | null | undefined
}

/** `item.86`. */
export interface SellOut {
  target: string
  until?: number | null | undefined
  reason?: string | undefined
}

/** `item.un86`. */
export interface OneTarget {
  target: string
}

/** `stock.set`: so many are left; null: it is not counted any more. */
export interface SetStock {
  target: string
  remaining: number | null
  until?: number | null | undefined
}

/** Which field, and the fencing token of the lock on it. */
export interface LockBody {
  field: string
  item?: string | null | undefined
  token?: number | null | undefined
}

/** What a document may hold. */
export type DocumentKind = 'menu' | 'free'
export const documentKindGuard: Guard<DocumentKind> = /* @__PURE__ */ literal('menu', 'free')

/** A document to create. A menu starts empty, with a currency and a first language. */
export interface NewDocument {
  kind: DocumentKind
  title: string
  id?: string | null | undefined
  restaurant?: string | null | undefined
  locale?: string | null | undefined
  currency?: string | null | undefined
}

/** Which documents to list. */
export interface DocumentQuery {
  kind?: DocumentKind | null | undefined
  restaurant?: string | null | undefined
  after?: string | null | undefined
  limit?: number | undefined
}

/** What may be changed of a document besides its content. */
export interface DocumentChange {
  title: string
}

/** A JSON Merge Patch (RFC 7396) of the menu as `getMenu` gives it; null takes away. */
export interface MergePatch {
  sections?: Record<string, unknown> | unknown[] | null | undefined
  modifiers?: Record<string, unknown> | unknown[] | null | undefined
}

/** An operation of RFC 6902: add, remove, replace, move, copy or test. */
export interface PatchOperation {
  op: string
  path: string
  from?: string | null | undefined
  value?: unknown
}

/** Set one field that is no text, called as in the menu; null empties it. */
export interface SetEdit {
  edit: 'set'
  section?: string | null | undefined
  item?: string | null | undefined
  group?: string | null | undefined
  variation?: string | null | undefined
  option?: string | null | undefined
  field: string
  value?: unknown
}

/** Write one text: `name`, `description`, or the `note` of an item. */
export interface TextEdit {
  edit: 'text'
  section?: string | null | undefined
  item?: string | null | undefined
  group?: string | null | undefined
  variation?: string | null | undefined
  option?: string | null | undefined
  field: string
  text: string
  locale?: string | null | undefined
}

/** Move an item (to `section`, or within its own), a section, a variation or an option. */
export interface MoveEdit {
  edit: 'move'
  section?: string | null | undefined
  item?: string | null | undefined
  group?: string | null | undefined
  variation?: string | null | undefined
  option?: string | null | undefined
  before?: string | null | undefined
  after?: string | null | undefined
  position?: number | null | undefined
}

/** When a section is served. */
export interface WindowFile {
  day: 'Friday' | 'Monday' | 'Saturday' | 'Sunday' | 'Thursday' | 'Tuesday' | 'Wednesday'
  from: string
  to: string
}
export const windowFileGuard: Guard<WindowFile> = /* @__PURE__ */ object({ day: /* @__PURE__ */ literal('Friday', 'Monday', 'Saturday', 'Sunday', 'Thursday', 'Tuesday', 'Wednesday'), from: /* @__PURE__ */ string(), to: /* @__PURE__ */ string() })

/** A size or kind of a dish. */
export interface VariationFile {
  name: string | Record<string, string>
  id?: string | null | undefined
  price?: number | null | undefined
}
export const variationFileGuard: Guard<VariationFile> = /* @__PURE__ */ object({ name: /* @__PURE__ */ union(/* @__PURE__ */ string(), /* @__PURE__ */ record(/* @__PURE__ */ string())), id: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ string())), price: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ number())) })

/** A dish. A text is a string in the menu's locale, or one string for each locale. */
export interface ItemFile {
  name: string | Record<string, string>
  id?: string | null | undefined
  description?: string | Record<string, string> | null | undefined
  price?: number | null | undefined
  allergens?: string[] | null | undefined
  may_contain?: string[] | null | undefined
  additives?: string[] | null | undefined
  traits?: string[] | null | undefined
  spiciness?: number | null | undefined
  diets?: string[] | null | undefined
  variations?: VariationFile[] | null | undefined
  modifiers?: string[] | null | undefined
  tax?: number | null | undefined
  station?: string | null | undefined
  preparation_seconds?: number | null | undefined
  kcal?: number | null | undefined
  alcohol?: number | null | undefined
  photo?: string | null | undefined
  hidden?: boolean | null | undefined
  note?: string | null | undefined
}
export const itemFileGuard: Guard<ItemFile> = /* @__PURE__ */ object({ name: /* @__PURE__ */ union(/* @__PURE__ */ string(), /* @__PURE__ */ record(/* @__PURE__ */ string())), id: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ string())), description: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ union(/* @__PURE__ */ string(), /* @__PURE__ */ record(/* @__PURE__ */ string())))), price: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ number())), allergens: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ array(/* @__PURE__ */ string()))), may_contain: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ array(/* @__PURE__ */ string()))), additives: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ array(/* @__PURE__ */ string()))), traits: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ array(/* @__PURE__ */ string()))), spiciness: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ number())), diets: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ array(/* @__PURE__ */ string()))), variations: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ array(variationFileGuard))), modifiers: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ array(/* @__PURE__ */ string()))), tax: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ number())), station: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ string())), preparation_seconds: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ number())), kcal: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ number())), alcohol: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ number())), photo: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ string())), hidden: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ boolean())), note: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ string())) })

/** A heading with its dishes. `available_at` null: always. */
export interface SectionFile {
  name: string | Record<string, string>
  id?: string | null | undefined
  description?: string | Record<string, string> | null | undefined
  available_at?: WindowFile[] | null | undefined
  station?: string | null | undefined
  items?: ItemFile[] | undefined
}
export const sectionFileGuard: Guard<SectionFile> = /* @__PURE__ */ object({ name: /* @__PURE__ */ union(/* @__PURE__ */ string(), /* @__PURE__ */ record(/* @__PURE__ */ string())), id: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ string())), description: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ union(/* @__PURE__ */ string(), /* @__PURE__ */ record(/* @__PURE__ */ string())))), available_at: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ array(windowFileGuard))), station: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ string())), items: /* @__PURE__ */ optional(/* @__PURE__ */ array(itemFileGuard)) })

/** Add a section, with its items. */
export interface AddSectionEdit {
  edit: 'add_section'
  before?: string | null | undefined
  after?: string | null | undefined
  position?: number | null | undefined
  content: SectionFile
}

/** Add an item to a section. */
export interface AddItemEdit {
  edit: 'add_item'
  before?: string | null | undefined
  after?: string | null | undefined
  position?: number | null | undefined
  section: string
  content: ItemFile
}

/** Add a variation to an item. */
export interface AddVariationEdit {
  edit: 'add_variation'
  before?: string | null | undefined
  after?: string | null | undefined
  position?: number | null | undefined
  item: string
  content: VariationFile
}

/** One choice of a modifier group. `price` comes on top of that of the dish. */
export interface OptionFile {
  name: string | Record<string, string>
  id?: string | null | undefined
  price?: number | null | undefined
}
export const optionFileGuard: Guard<OptionFile> = /* @__PURE__ */ object({ name: /* @__PURE__ */ union(/* @__PURE__ */ string(), /* @__PURE__ */ record(/* @__PURE__ */ string())), id: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ string())), price: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ number())) })

/** Choices that go with dishes: from `min` to `max` of the options; `max` null: any number. */
export interface ModifierGroupFile {
  name: string | Record<string, string>
  id?: string | null | undefined
  min?: number | null | undefined
  max?: number | null | undefined
  options?: OptionFile[] | undefined
}
export const modifierGroupFileGuard: Guard<ModifierGroupFile> = /* @__PURE__ */ object({ name: /* @__PURE__ */ union(/* @__PURE__ */ string(), /* @__PURE__ */ record(/* @__PURE__ */ string())), id: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ string())), min: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ number())), max: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ number())), options: /* @__PURE__ */ optional(/* @__PURE__ */ array(optionFileGuard)) })

/** Add a modifier group, with its options. */
export interface AddGroupEdit {
  edit: 'add_group'
  content: ModifierGroupFile
}

/** Add an option to a modifier group. */
export interface AddOptionEdit {
  edit: 'add_option'
  before?: string | null | undefined
  after?: string | null | undefined
  position?: number | null | undefined
  group: string
  content: OptionFile
}

/** Delete something; nothing in it is lost. Items of a deleted section are unplaced. */
export interface DeleteEdit {
  edit: 'delete'
  section?: string | null | undefined
  item?: string | null | undefined
  group?: string | null | undefined
  variation?: string | null | undefined
  option?: string | null | undefined
}

/** Take a deletion back. */
export interface RestoreEdit {
  edit: 'restore'
  section?: string | null | undefined
  item?: string | null | undefined
  group?: string | null | undefined
  variation?: string | null | undefined
  option?: string | null | undefined
}

/** Add a language, with an empty text for everything. */
export interface AddLocaleEdit {
  edit: 'add_locale'
  locale: string
}

/** Set the currency; the amounts stay as they are. */
export interface SetCurrencyEdit {
  edit: 'set_currency'
  currency: string
}

/** A batch of named edits: all of them or none, in this order. */
export interface NewEdits {
  edits: (SetEdit | TextEdit | MoveEdit | AddSectionEdit | AddItemEdit | AddVariationEdit | AddGroupEdit | AddOptionEdit | DeleteEdit | RestoreEdit | AddLocaleEdit | SetCurrencyEdit)[]
}

/** How REST and the command line name the formats. */
export type FormatName = 'plain' | 'schema.org' | 'square' | 'csv'

/** How to export. */
export interface ExportQuery {
  format?: FormatName | undefined
  decimal?: 'comma' | 'point' | undefined
  report?: 'false' | 'true' | undefined
}

/** How to import. `restaurant` and `title` are for a menu that is not there yet. */
export interface ImportQuery {
  restaurant?: string | null | undefined
  title?: string | null | undefined
  format?: FormatName | null | undefined
  locale?: string | null | undefined
  currency?: string | null | undefined
  dry_run?: 'false' | 'true' | undefined
}

/** Printed signs: label -> sign. */
export interface LegendFile {
  allergens: Record<string, string>
  additives: Record<string, string>
}
export const legendFileGuard: Guard<LegendFile> = /* @__PURE__ */ object({ allergens: /* @__PURE__ */ record(/* @__PURE__ */ string()), additives: /* @__PURE__ */ record(/* @__PURE__ */ string()) })

/** A whole menu. */
export interface MenuFile {
  locale: string
  currency: string
  source?: string | null | undefined
  locales?: string[] | undefined
  legend?: LegendFile | undefined
  sections?: SectionFile[] | undefined
  unplaced?: ItemFile[] | undefined
  modifiers?: ModifierGroupFile[] | undefined
}
export const menuFileGuard: Guard<MenuFile> = /* @__PURE__ */ object({ locale: /* @__PURE__ */ string(), currency: /* @__PURE__ */ string(), source: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ string())), locales: /* @__PURE__ */ optional(/* @__PURE__ */ array(/* @__PURE__ */ string())), legend: /* @__PURE__ */ optional(legendFileGuard), sections: /* @__PURE__ */ optional(/* @__PURE__ */ array(sectionFileGuard)), unplaced: /* @__PURE__ */ optional(/* @__PURE__ */ array(itemFileGuard)), modifiers: /* @__PURE__ */ optional(/* @__PURE__ */ array(modifierGroupFileGuard)) })

/** Which conflicts are meant. */
export type ConflictState = 'open' | 'closed' | 'all'

/** How bad a conflict is. */
export type Severity = 'error' | 'warning' | 'info'
export const severityGuard: Guard<Severity> = /* @__PURE__ */ literal('error', 'warning', 'info')

/** Which conflicts to list. */
export interface ConflictQuery {
  state?: ConflictState | undefined
  severity?: Severity | null | undefined
  after?: string | null | undefined
  limit?: number | undefined
}

/** A way out other than choosing a value. */
export type Remedy = 'restore' | 'keep_deleted' | 'move' | 'merge'

/** How to end a conflict: exactly one of `keep`, `value` and `choice`. */
export interface Resolution {
  keep?: number | null | undefined
  value?: unknown
  choice?: Remedy | null | undefined
  target?: string | null | undefined
  expected?: unknown
}

/** A version to be made of the menu as it stands, and published. */
export interface NewVersion {
  starts_at?: string | null | undefined
  ends_at?: string | null | undefined
  daily_from?: string | null | undefined
  daily_to?: string | null | undefined
  name?: string | null | undefined
}

/** Why a version is there. */
export type VersionKind = 'published' | 'automatic' | 'named'
export const versionKindGuard: Guard<VersionKind> = /* @__PURE__ */ literal('published', 'automatic', 'named')

/** Which versions to list. */
export interface VersionQuery {
  kind?: VersionKind | null | undefined
  after?: number | null | undefined
  limit?: number | undefined
}

/** The name of a version; null takes it away. */
export interface VersionName {
  name: string | null
}

/** When guests shall see a version; without anything: from now on. */
export interface NewPublication {
  starts_at?: string | null | undefined
  ends_at?: string | null | undefined
  daily_from?: string | null | undefined
  daily_to?: string | null | undefined
}

/** What to bring back. */
export type Restored = 'everything' | 'section' | 'item' | 'group' | 'field'

/** Where a field is. */
export type FieldOwner = 'sections' | 'items' | 'modgroups'

/** What to bring back from which version. */
export interface NewRestore {
  version: number
  what: Restored
  id?: string | null | undefined
  root?: FieldOwner | undefined
  field?: string | null | undefined
}

/** Whose prices and selection to show. */
export interface PublishedQuery {
  restaurant?: string | null | undefined
}

/** A field to hold. */
export interface NewLock {
  field: string
  session?: string | null | undefined
}

/** A lock to keep. */
export interface LockRenewal {
  token: number
  session?: string | null | undefined
}

/** A lock to give back. `token` in a query is what signs a request in, hence the longer name. */
export interface LockRelease {
  fencing_token: number
}

/** Whether what others write to a held field is set back. */
export interface StrictLocks {
  on: boolean
}

/** Whose photo it is. */
export interface PhotoQuery {
  restaurant?: string | null | undefined
}

/** A menu to make out of another one. */
export interface NewCopy {
  id?: string | null | undefined
  title?: string | null | undefined
  restaurant?: string | null | undefined
}

/** A restaurant that is to show the menu. */
export interface NewShare {
  restaurant: string
}

/** For which restaurant. */
export interface SharedQuery {
  restaurant?: string | null | undefined
}

/** In which restaurant. */
export interface OverrideQuery {
  restaurant?: string | null | undefined
}

/** What differs of a variation. */
export interface VariationOverride {
  price: number
}

/** All that differs of an item; nothing: it is as in the master again. */
export interface NewOverride {
  price?: number | null | undefined
  hidden?: boolean | null | undefined
  variations?: Record<string, VariationOverride> | undefined
}

/** From where to read. Without `epoch` the offset is taken as it is. */
export interface EventsEventQuery {
  after?: number | undefined
  epoch?: string | undefined
  limit?: number | undefined
  wait_seconds?: number | undefined
}

/** Which entries to list. */
export interface HistoryQuery {
  item?: string | null | undefined
  field?: string | null | undefined
  user?: string | null | undefined
  door?: string | null | undefined
  since?: string | null | undefined
  until?: string | null | undefined
  after?: string | null | undefined
  limit?: number | undefined
}

/** Whose fields to list; all without `item`. */
export interface BlameQuery {
  item?: string | null | undefined
}

/** Where to post events. */
export interface NewWebhook {
  url: string
  types?: string[] | undefined
  secret?: string | null | undefined
  restaurant?: string | null | undefined
}

/** Whose webhooks to list. */
export interface WebhookQuery {
  restaurant?: string | null | undefined
}

/** Which dead letters to list. */
export interface DeadQuery {
  after?: string | null | undefined
  limit?: number | undefined
}

/** Whether to renew a menu that somebody has open. */
export interface NewRenewal {
  force?: boolean | undefined
}

/** A restaurant to make; what is missing is as in any new one. */
export interface NewRestaurant {
  time_zone?: string | null | undefined
  currency?: string | null | undefined
  business_day_hour?: number | null | undefined
  tax?: number | null | undefined
  price_grace_seconds?: number | null | undefined
  recall_seconds?: number | null | undefined
  low_stock?: number | null | undefined
  guest_session_seconds?: number | null | undefined
  order_retention_days?: number | null | undefined
  personal_retention_days?: number | null | undefined
  name: string
  id: string
}

/** What to change of a restaurant; what is missing stays. */
export interface RestaurantChange {
  name?: string | null | undefined
  time_zone?: string | null | undefined
  currency?: string | null | undefined
  business_day_hour?: number | null | undefined
  tax?: number | null | undefined
  price_grace_seconds?: number | null | undefined
  recall_seconds?: number | null | undefined
  low_stock?: number | null | undefined
  guest_session_seconds?: number | null | undefined
  order_retention_days?: number | null | undefined
  personal_retention_days?: number | null | undefined
}

/** Which restaurant is asked about. */
export interface RestaurantQuery {
  restaurant?: string | null | undefined
}

/** A station to set up. `expo` is the expediter's: it sees the tickets of all others. */
export interface NewStation {
  id: string
  name: string
  warn_seconds?: number | undefined
  late_seconds?: number | undefined
  position?: number | null | undefined
}

/** What to change of a station; what is missing stays. */
export interface StationChange {
  name?: string | null | undefined
  warn_seconds?: number | null | undefined
  late_seconds?: number | null | undefined
  position?: number | null | undefined
}

/** A table to set up. */
export interface NewTable {
  name: string
  id?: string | null | undefined
  seats?: number | undefined
  area?: string | undefined
  position?: number | null | undefined
}

/** What to change of a table; what is missing stays. */
export interface TableChange {
  name?: string | null | undefined
  seats?: number | null | undefined
  area?: string | null | undefined
  position?: number | null | undefined
}

/** Whose staff to list. */
export interface StaffQuery {
  restaurant?: string | null | undefined
  after?: string | null | undefined
  limit?: number | undefined
}

/** What a person is in one restaurant. */
export type Role = 'owner' | 'manager' | 'editor' | 'translator' | 'waiter' | 'kitchen' | 'viewer' | 'guest'
export const roleGuard: Guard<Role> = /* @__PURE__ */ literal('owner', 'manager', 'editor', 'translator', 'waiter', 'kitchen', 'viewer', 'guest')

/** Somebody who works here. The row gives no right: their token does. */
export interface NewStaffMember {
  user_id: string
  name: string
  roles: Role[]
  stations?: string[] | undefined
  locales?: string[] | undefined
}

/** What to change; what is missing stays. */
export interface StaffChange {
  name?: string | null | undefined
  roles?: Role[] | null | undefined
  stations?: string[] | null | undefined
  locales?: string[] | null | undefined
  is_active?: boolean | null | undefined
}

/** Somebody of the staff, or a tablet, to let in with a link. */
export interface NewInvite {
  name?: string | null | undefined
  roles?: Role[] | null | undefined
  stations?: string[] | undefined
  user?: string | null | undefined
  restaurant?: string | null | undefined
  hours?: number | undefined
  uses?: number | undefined
}

/** What a guest brings. */
export interface NewGuest {
  code: string
  cookie?: boolean | undefined
}

/** Which orders to list. */
export interface OrderQuery {
  restaurant?: string | null | undefined
  open?: boolean | null | undefined
  table?: string | null | undefined
  business_day?: string | null | undefined
  after?: string | null | undefined
  limit?: number | undefined
}

/** Which entries of an order's log. */
export interface OrdersEventQuery {
  after?: number | undefined
  limit?: number | undefined
}

/** Which day of which restaurant. */
export interface DayQuery {
  business_day: string
  restaurant?: string | null | undefined
}

/** One command. Its id is its idempotency key: sent again, it is answered as the first time. */
export interface NewCommand {
  id: string
  room: string
  type: string
  body?: Record<string, unknown> | undefined
  device?: string | undefined
  device_seq?: number | null | undefined
  client_at?: string | null | undefined
}

/** Whose tickets. */
export interface TicketQuery {
  restaurant?: string | null | undefined
  station?: string | null | undefined
}

/** Whom to forget: a guest or somebody of the staff. */
export interface NewErasure {
  user_id: string
  restaurant?: string | null | undefined
}

/** From when on. */
export interface FiguresQuery {
  after?: number | undefined
}

/** Which connections to show: slow, old and unsynced ones come first. */
export interface ConnectionsQuery {
  limit?: number | undefined
  search?: string | null | undefined
}

/** Whether a document takes no edits. */
export interface ReadOnly {
  on: boolean
}

/** What a connection is doing. */
export type SessionStatus = 'active' | 'idle' | 'offline'
export const sessionStatusGuard: Guard<SessionStatus> = /* @__PURE__ */ literal('active', 'idle', 'offline')

/** Which sessions to list. */
export interface SessionQuery {
  restaurant?: string | null | undefined
  user?: string | null | undefined
  document?: string | null | undefined
  status?: SessionStatus | null | undefined
  after?: string | null | undefined
  limit?: number | undefined
}

/** What a revocation names. */
export type RevocationKind = 'user' | 'session' | 'token'
export const revocationKindGuard: Guard<RevocationKind> = /* @__PURE__ */ literal('user', 'session', 'token')

/** Whom to shut out: a user id, a session id, or the `jti` of a token. */
export interface NewRevocation {
  kind: RevocationKind
  value: string
  restaurant?: string | null | undefined
}

/** What a y-sweet client posts; its other fields mean nothing here. */
export interface YSweetRequest {
  docId: string
}

/** Who the server takes the connection for. */
export interface WelcomeUser {
  id: string
  name: string | null
  restaurant: string | null
  roles: Role[]
  exp: number | null
}
export const welcomeUserGuard: Guard<WelcomeUser> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), name: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), restaurant: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), roles: /* @__PURE__ */ array(roleGuard), exp: /* @__PURE__ */ nullable(/* @__PURE__ */ number()) })

/** What a client must keep to. */
export interface Limits {
  subs: number
  command_bytes: number
  frame_bytes: number
  sync_bytes: number
}
export const limitsGuard: Guard<Limits> = /* @__PURE__ */ object({ subs: /* @__PURE__ */ number(), command_bytes: /* @__PURE__ */ number(), frame_bytes: /* @__PURE__ */ number(), sync_bytes: /* @__PURE__ */ number() })

/** The answer to `hello`. */
export interface Welcome {
  conn: string
  user: WelcomeUser
  now: number
  ping_ms: number
  min_app: string
  limits: Limits
}
export const welcomeGuard: Guard<Welcome> = /* @__PURE__ */ object({ conn: /* @__PURE__ */ string(), user: welcomeUserGuard, now: /* @__PURE__ */ number(), ping_ms: /* @__PURE__ */ number(), min_app: /* @__PURE__ */ string(), limits: limitsGuard })

/** The rights of the connection, after a new token. */
export interface RoleFrame {
  roles: Role[]
  exp?: number | undefined
}
export const roleFrameGuard: Guard<RoleFrame> = /* @__PURE__ */ object({ roles: /* @__PURE__ */ array(roleGuard), exp: /* @__PURE__ */ optional(/* @__PURE__ */ number()) })

/** A room as of an offset. */
export interface RoomSnapshot {
  at: number
  body?: unknown
}
export const roomSnapshotGuard: Guard<RoomSnapshot> = /* @__PURE__ */ object({ at: /* @__PURE__ */ number(), body: /* @__PURE__ */ unknown() })

/** Subscribed to an event room. */
export interface Subd {
  h: number
  room: string
  epoch: string
  top: number
  recovered: boolean
  session: string
  snapshot?: RoomSnapshot | undefined
}
export const subdGuard: Guard<Subd> = /* @__PURE__ */ object({ h: /* @__PURE__ */ number(), room: /* @__PURE__ */ string(), epoch: /* @__PURE__ */ string(), top: /* @__PURE__ */ number(), recovered: /* @__PURE__ */ boolean(), session: /* @__PURE__ */ string(), snapshot: /* @__PURE__ */ optional(roomSnapshotGuard) })

/** What somebody may do with a live document. */
export type Access = 'read' | 'write'
export const accessGuard: Guard<Access> = /* @__PURE__ */ literal('read', 'write')

/** Subscribed to a live document. */
export interface DocumentSubd {
  h: number
  room: string
  epoch: number
  schema: number
  access: Access
  session?: string | undefined
}
export const documentSubdGuard: Guard<DocumentSubd> = /* @__PURE__ */ object({ h: /* @__PURE__ */ number(), room: /* @__PURE__ */ string(), epoch: /* @__PURE__ */ number(), schema: /* @__PURE__ */ number(), access: accessGuard, session: /* @__PURE__ */ optional(/* @__PURE__ */ string()) })

/** Events of a room, from offset `first` on without a hole. */
export interface Ev {
  h: number
  first: number
  events: [string, number, string, number, unknown][]
}
export const evGuard: Guard<Ev> = /* @__PURE__ */ object({ h: /* @__PURE__ */ number(), first: /* @__PURE__ */ number(), events: /* @__PURE__ */ array(/* @__PURE__ */ tuple(/* @__PURE__ */ string(), /* @__PURE__ */ number(), /* @__PURE__ */ string(), /* @__PURE__ */ number(), /* @__PURE__ */ unknown())) })

/** One y-protocols message of a document. */
export interface Sync {
  h: number
  data: Uint8Array
}
export const syncGuard: Guard<Sync> = /* @__PURE__ */ object({ h: /* @__PURE__ */ number(), data: /* @__PURE__ */ bytes() })

/** Everything before the mark `n` is on disk. */
export interface Saved {
  h: number
  n: number
}
export const savedGuard: Guard<Saved> = /* @__PURE__ */ object({ h: /* @__PURE__ */ number(), n: /* @__PURE__ */ number() })

/** The answer to a command. */
export interface Res {
  id: string
  result: 'dup' | 'noop' | 'ok' | 'rejected'
  seq?: number | undefined
  offset?: number | undefined
  code?: string | undefined
  reason?: string | undefined
  current?: unknown
}
export const resGuard: Guard<Res> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), result: /* @__PURE__ */ literal('dup', 'noop', 'ok', 'rejected'), seq: /* @__PURE__ */ optional(/* @__PURE__ */ number()), offset: /* @__PURE__ */ optional(/* @__PURE__ */ number()), code: /* @__PURE__ */ optional(/* @__PURE__ */ string()), reason: /* @__PURE__ */ optional(/* @__PURE__ */ string()), current: /* @__PURE__ */ optional(/* @__PURE__ */ unknown()) })

/** The subscription is over: the cursor leads nowhere. */
export interface Gap {
  h: number
  why: 'epoch' | 'future' | 'negative' | 'trimmed'
  epoch: string
  top: number
}
export const gapGuard: Guard<Gap> = /* @__PURE__ */ object({ h: /* @__PURE__ */ number(), why: /* @__PURE__ */ literal('epoch', 'future', 'negative', 'trimmed'), epoch: /* @__PURE__ */ string(), top: /* @__PURE__ */ number() })

/** Something that a person should know; about a room when it has `h`. */
export interface Notice {
  code: string
  reason: string
  h?: number | undefined
  field?: string | undefined
  kept?: unknown
  count?: number | undefined
  access?: Access | undefined
}
export const noticeGuard: Guard<Notice> = /* @__PURE__ */ object({ code: /* @__PURE__ */ string(), reason: /* @__PURE__ */ string(), h: /* @__PURE__ */ optional(/* @__PURE__ */ number()), field: /* @__PURE__ */ optional(/* @__PURE__ */ string()), kept: /* @__PURE__ */ optional(/* @__PURE__ */ unknown()), count: /* @__PURE__ */ optional(/* @__PURE__ */ number()), access: /* @__PURE__ */ optional(accessGuard) })

/** What somebody else in a room said; stored nowhere. */
export interface Said {
  h: number
  from: string
  kind: 'gone' | 'handover' | 'here' | 'sending' | 'wait'
  body: Record<string, unknown>
}
export const saidGuard: Guard<Said> = /* @__PURE__ */ object({ h: /* @__PURE__ */ number(), from: /* @__PURE__ */ string(), kind: /* @__PURE__ */ literal('gone', 'handover', 'here', 'sending', 'wait'), body: /* @__PURE__ */ record(/* @__PURE__ */ unknown()) })

/** The answer to `ping`. */
export interface Pong {
  now: number
  t?: number | undefined
}
export const pongGuard: Guard<Pong> = /* @__PURE__ */ object({ now: /* @__PURE__ */ number(), t: /* @__PURE__ */ optional(/* @__PURE__ */ number()) })

/** The last frame before the server closes. */
export interface Bye {
  code: number
  reason: string
  reconnect: boolean
  after_ms: number
}
export const byeGuard: Guard<Bye> = /* @__PURE__ */ object({ code: /* @__PURE__ */ number(), reason: /* @__PURE__ */ string(), reconnect: /* @__PURE__ */ boolean(), after_ms: /* @__PURE__ */ number() })

/** How far an order has come: that of its lines, in one word. */
export type OrderStatus = 'open' | 'placed' | 'preparing' | 'ready' | 'served' | 'closed'
export const orderStatusGuard: Guard<OrderStatus> = /* @__PURE__ */ literal('open', 'placed', 'preparing', 'ready', 'served', 'closed')

/** How far an order is paid. */
export type PaymentState = 'unpaid' | 'part_paid' | 'paid' | 'refunded'
export const paymentStateGuard: Guard<PaymentState> = /* @__PURE__ */ literal('unpaid', 'part_paid', 'paid', 'refunded')

/** How far a line has come. */
export type LineState = 'draft' | 'placed' | 'fired' | 'preparing' | 'ready' | 'served' | 'rejected' | 'voided'
export const lineStateGuard: Guard<LineState> = /* @__PURE__ */ literal('draft', 'placed', 'fired', 'preparing', 'ready', 'served', 'rejected', 'voided')

/** An option that was chosen. */
export interface LineOption {
  group_id: string
  option_id: string
  name: Record<string, string>
  quantity: number
  price: number
}
export const lineOptionGuard: Guard<LineOption> = /* @__PURE__ */ object({ group_id: /* @__PURE__ */ string(), option_id: /* @__PURE__ */ string(), name: /* @__PURE__ */ record(/* @__PURE__ */ string()), quantity: /* @__PURE__ */ number(), price: /* @__PURE__ */ number() })

/** A line of an order. */
export interface LineView {
  id: string
  item_id: string
  name: Record<string, string>
  variation_id: string | null
  variation_name: Record<string, string> | null
  quantity: number
  allergens: string[]
  may_contain: string[]
  seat: string
  note: string
  state: LineState
  menu_id: string
  menu_version: number
  unit_price: number
  options_price: number
  price: number
  tax: number
  course: number
  batch: number
  is_comped: boolean
  is_void_asked: boolean
  reason: string
  options: LineOption[]
}
export const lineViewGuard: Guard<LineView> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), item_id: /* @__PURE__ */ string(), name: /* @__PURE__ */ record(/* @__PURE__ */ string()), variation_id: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), variation_name: /* @__PURE__ */ nullable(/* @__PURE__ */ record(/* @__PURE__ */ string())), quantity: /* @__PURE__ */ number(), allergens: /* @__PURE__ */ array(/* @__PURE__ */ string()), may_contain: /* @__PURE__ */ array(/* @__PURE__ */ string()), seat: /* @__PURE__ */ string(), note: /* @__PURE__ */ string(), state: lineStateGuard, menu_id: /* @__PURE__ */ string(), menu_version: /* @__PURE__ */ number(), unit_price: /* @__PURE__ */ number(), options_price: /* @__PURE__ */ number(), price: /* @__PURE__ */ number(), tax: /* @__PURE__ */ number(), course: /* @__PURE__ */ number(), batch: /* @__PURE__ */ number(), is_comped: /* @__PURE__ */ boolean(), is_void_asked: /* @__PURE__ */ boolean(), reason: /* @__PURE__ */ string(), options: /* @__PURE__ */ array(lineOptionGuard) })

/** A note of a guest. */
export interface NoteView {
  id: string
  text: string
  by: string
  at: number
}
export const noteViewGuard: Guard<NoteView> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), text: /* @__PURE__ */ string(), by: /* @__PURE__ */ string(), at: /* @__PURE__ */ number() })

/** A payment; negative: given back. */
export interface PaymentView {
  id: string
  amount: number
  tip: number
  method: string
  at: number
}
export const paymentViewGuard: Guard<PaymentView> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), amount: /* @__PURE__ */ number(), tip: /* @__PURE__ */ number(), method: /* @__PURE__ */ string(), at: /* @__PURE__ */ number() })

/** A whole order. */
export interface OrderView {
  status: OrderStatus
  total: number
  paid: number
  payment_state: PaymentState
  is_bill_requested: boolean
  id: string
  restaurant_id: string
  table_id: string | null
  currency: string
  opened_at: number
  closed_at: number | null
  seq: number
  lines: LineView[]
  notes: NoteView[]
  payments: PaymentView[]
  held_courses: number[]
}
export const orderViewGuard: Guard<OrderView> = /* @__PURE__ */ object({ status: orderStatusGuard, total: /* @__PURE__ */ number(), paid: /* @__PURE__ */ number(), payment_state: paymentStateGuard, is_bill_requested: /* @__PURE__ */ boolean(), id: /* @__PURE__ */ string(), restaurant_id: /* @__PURE__ */ string(), table_id: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), currency: /* @__PURE__ */ string(), opened_at: /* @__PURE__ */ number(), closed_at: /* @__PURE__ */ nullable(/* @__PURE__ */ number()), seq: /* @__PURE__ */ number(), lines: /* @__PURE__ */ array(lineViewGuard), notes: /* @__PURE__ */ array(noteViewGuard), payments: /* @__PURE__ */ array(paymentViewGuard), held_courses: /* @__PURE__ */ array(/* @__PURE__ */ number()) })

/** The room of an order. */
export interface OrderSnapshot {
  order: OrderView | null
}
export const orderSnapshotGuard: Guard<OrderSnapshot> = /* @__PURE__ */ object({ order: /* @__PURE__ */ nullable(orderViewGuard) })

/** What an order costs and how far it is; part of every event of it. */
export interface OrderTotals {
  status: OrderStatus
  total: number
  paid: number
  payment_state: PaymentState
  is_bill_requested: boolean
}
export const orderTotalsGuard: Guard<OrderTotals> = /* @__PURE__ */ object({ status: orderStatusGuard, total: /* @__PURE__ */ number(), paid: /* @__PURE__ */ number(), payment_state: paymentStateGuard, is_bill_requested: /* @__PURE__ */ boolean() })

/** `order.opened`. */
export interface OrderOpened {
  order: OrderTotals
  opened: OrderView
}
export const orderOpenedGuard: Guard<OrderOpened> = /* @__PURE__ */ object({ order: orderTotalsGuard, opened: orderViewGuard })

/** `line.added`, `line.changed`. */
export interface LineTold {
  order: OrderTotals
  line: LineView
}
export const lineToldGuard: Guard<LineTold> = /* @__PURE__ */ object({ order: orderTotalsGuard, line: lineViewGuard })

/** `line.removed`. */
export interface LineRemoved {
  order: OrderTotals
  line: string
}
export const lineRemovedGuard: Guard<LineRemoved> = /* @__PURE__ */ object({ order: orderTotalsGuard, line: /* @__PURE__ */ string() })

/** A line that took a step. */
export interface MovedLine {
  id: string
  state: LineState
  price: number
}
export const movedLineGuard: Guard<MovedLine> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), state: lineStateGuard, price: /* @__PURE__ */ number() })

/** Lines took a step, all the same one. */
export interface LinesMoved {
  order: OrderTotals
  lines: MovedLine[]
  course?: number | undefined
  batch?: number | undefined
  reason?: string | undefined
}
export const linesMovedGuard: Guard<LinesMoved> = /* @__PURE__ */ object({ order: orderTotalsGuard, lines: /* @__PURE__ */ array(movedLineGuard), course: /* @__PURE__ */ optional(/* @__PURE__ */ number()), batch: /* @__PURE__ */ optional(/* @__PURE__ */ number()), reason: /* @__PURE__ */ optional(/* @__PURE__ */ string()) })

/** `note.added`; None: one of the staff's, not for guests. */
export interface NoteTold {
  order: OrderTotals
  note: NoteView | null
}
export const noteToldGuard: Guard<NoteTold> = /* @__PURE__ */ object({ order: orderTotalsGuard, note: /* @__PURE__ */ nullable(noteViewGuard) })

/** `payment.recorded`, `payment.refunded`. */
export interface PaymentTold {
  order: OrderTotals
  payment: PaymentView
}
export const paymentToldGuard: Guard<PaymentTold> = /* @__PURE__ */ object({ order: orderTotalsGuard, payment: paymentViewGuard })

/** An event of an order that says no more than how the order stands. */
export interface OrderTold {
  order: OrderTotals
}
export const orderToldGuard: Guard<OrderTold> = /* @__PURE__ */ object({ order: orderTotalsGuard })

/** An option that was chosen, without its price. */
export interface TicketOption {
  group_id: string
  option_id: string
  name: Record<string, string>
  quantity: number
}
export const ticketOptionGuard: Guard<TicketOption> = /* @__PURE__ */ object({ group_id: /* @__PURE__ */ string(), option_id: /* @__PURE__ */ string(), name: /* @__PURE__ */ record(/* @__PURE__ */ string()), quantity: /* @__PURE__ */ number() })

/** A line of a ticket. */
export interface TicketLine {
  id: string
  item_id: string
  name: Record<string, string>
  variation_id: string | null
  variation_name: Record<string, string> | null
  quantity: number
  allergens: string[]
  may_contain: string[]
  seat: string
  note: string
  state: LineState
  reason: string
  is_cleared: boolean
  options: TicketOption[]
}
export const ticketLineGuard: Guard<TicketLine> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), item_id: /* @__PURE__ */ string(), name: /* @__PURE__ */ record(/* @__PURE__ */ string()), variation_id: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), variation_name: /* @__PURE__ */ nullable(/* @__PURE__ */ record(/* @__PURE__ */ string())), quantity: /* @__PURE__ */ number(), allergens: /* @__PURE__ */ array(/* @__PURE__ */ string()), may_contain: /* @__PURE__ */ array(/* @__PURE__ */ string()), seat: /* @__PURE__ */ string(), note: /* @__PURE__ */ string(), state: lineStateGuard, reason: /* @__PURE__ */ string(), is_cleared: /* @__PURE__ */ boolean(), options: /* @__PURE__ */ array(ticketOptionGuard) })

/** What one station cooks of one course of one batch. */
export interface TicketView {
  id: string
  order_id: string
  table_id: string | null
  station: string
  course: number
  batch: number
  is_add_on: boolean
  is_open: boolean
  is_on_expo: boolean
  opened_at: number
  notes: string[]
  staff: string[]
  lines: TicketLine[]
}
export const ticketViewGuard: Guard<TicketView> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), order_id: /* @__PURE__ */ string(), table_id: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), station: /* @__PURE__ */ string(), course: /* @__PURE__ */ number(), batch: /* @__PURE__ */ number(), is_add_on: /* @__PURE__ */ boolean(), is_open: /* @__PURE__ */ boolean(), is_on_expo: /* @__PURE__ */ boolean(), opened_at: /* @__PURE__ */ number(), notes: /* @__PURE__ */ array(/* @__PURE__ */ string()), staff: /* @__PURE__ */ array(/* @__PURE__ */ string()), lines: /* @__PURE__ */ array(ticketLineGuard) })

/** So many of one dish are to be cooked in all. */
export interface AllDayCount {
  station: string
  item_id: string
  variation_id: string | null
  name: Record<string, string>
  variation_name: Record<string, string> | null
  quantity: number
}
export const allDayCountGuard: Guard<AllDayCount> = /* @__PURE__ */ object({ station: /* @__PURE__ */ string(), item_id: /* @__PURE__ */ string(), variation_id: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), name: /* @__PURE__ */ record(/* @__PURE__ */ string()), variation_name: /* @__PURE__ */ nullable(/* @__PURE__ */ record(/* @__PURE__ */ string())), quantity: /* @__PURE__ */ number() })

/** A room of the kitchen. */
export interface KitchenSnapshot {
  tickets: TicketView[]
  all_day: AllDayCount[]
}
export const kitchenSnapshotGuard: Guard<KitchenSnapshot> = /* @__PURE__ */ object({ tickets: /* @__PURE__ */ array(ticketViewGuard), all_day: /* @__PURE__ */ array(allDayCountGuard) })

/** `ticket.opened`, `ticket.changed`, `ticket.closed`. */
export interface TicketTold {
  ticket: TicketView
  cause: string
}
export const ticketToldGuard: Guard<TicketTold> = /* @__PURE__ */ object({ ticket: ticketViewGuard, cause: /* @__PURE__ */ string() })

/** One order that the kitchen cooks. */
export interface QueuedOrder {
  order_id: string
  table_id: string | null
  since: number
  tickets: number
}
export const queuedOrderGuard: Guard<QueuedOrder> = /* @__PURE__ */ object({ order_id: /* @__PURE__ */ string(), table_id: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), since: /* @__PURE__ */ number(), tickets: /* @__PURE__ */ number() })

/** `queue.updated`. */
export interface QueueUpdated {
  queue_length: number
  orders: QueuedOrder[]
  oldest_seconds: number
}
export const queueUpdatedGuard: Guard<QueueUpdated> = /* @__PURE__ */ object({ queue_length: /* @__PURE__ */ number(), orders: /* @__PURE__ */ array(queuedOrderGuard), oldest_seconds: /* @__PURE__ */ number() })

/** `metrics.updated`. */
export interface KitchenMetrics {
  open_tickets: number
  ready_last_hour: number
  median_seconds_to_ready: number | null
  oldest_seconds: number
}
export const kitchenMetricsGuard: Guard<KitchenMetrics> = /* @__PURE__ */ object({ open_tickets: /* @__PURE__ */ number(), ready_last_hour: /* @__PURE__ */ number(), median_seconds_to_ready: /* @__PURE__ */ nullable(/* @__PURE__ */ number()), oldest_seconds: /* @__PURE__ */ number() })

/** What is sold out or counted; the body of every event of the stock. */
export interface StockView {
  target: string
  is_sold_out: boolean
  remaining: number | null
  until: number | null
  reason: string
}
export const stockViewGuard: Guard<StockView> = /* @__PURE__ */ object({ target: /* @__PURE__ */ string(), is_sold_out: /* @__PURE__ */ boolean(), remaining: /* @__PURE__ */ nullable(/* @__PURE__ */ number()), until: /* @__PURE__ */ nullable(/* @__PURE__ */ number()), reason: /* @__PURE__ */ string() })

/** The room of the stock. */
export interface StockSnapshot {
  stock: StockView[]
}
export const stockSnapshotGuard: Guard<StockSnapshot> = /* @__PURE__ */ object({ stock: /* @__PURE__ */ array(stockViewGuard) })

/** An order in short, with `OrderTotals`. */
export interface OrderSummary {
  order_id: string
  table_id: string | null
  currency: string
  opened_at: number
  opened_by: string
  closed_at: number | null
  seq: number
  lines: Record<string, number>
  staff: string[]
  status: OrderStatus
  total: number
  paid: number
  payment_state: PaymentState
  is_bill_requested: boolean
}
export const orderSummaryGuard: Guard<OrderSummary> = /* @__PURE__ */ object({ order_id: /* @__PURE__ */ string(), table_id: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), currency: /* @__PURE__ */ string(), opened_at: /* @__PURE__ */ number(), opened_by: /* @__PURE__ */ string(), closed_at: /* @__PURE__ */ nullable(/* @__PURE__ */ number()), seq: /* @__PURE__ */ number(), lines: /* @__PURE__ */ record(/* @__PURE__ */ number()), staff: /* @__PURE__ */ array(/* @__PURE__ */ string()), status: orderStatusGuard, total: /* @__PURE__ */ number(), paid: /* @__PURE__ */ number(), payment_state: paymentStateGuard, is_bill_requested: /* @__PURE__ */ boolean() })

/** A table that is open for guests. */
export interface VisitView {
  id: string
  table_id: string
  order_id: string | null
  opened_by: string
  opened_at: number
  expires_at: number
}
export const visitViewGuard: Guard<VisitView> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), table_id: /* @__PURE__ */ string(), order_id: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), opened_by: /* @__PURE__ */ string(), opened_at: /* @__PURE__ */ number(), expires_at: /* @__PURE__ */ number() })

/** `alarm.raised`: a ticket that no screen has shown. */
export interface Alarm {
  ticket: string
  order: string
  table: string | null
  station: string
  level: 'alarm' | 'warn'
  since: number
}
export const alarmGuard: Guard<Alarm> = /* @__PURE__ */ object({ ticket: /* @__PURE__ */ string(), order: /* @__PURE__ */ string(), table: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), station: /* @__PURE__ */ string(), level: /* @__PURE__ */ literal('alarm', 'warn'), since: /* @__PURE__ */ number() })

/** The room of the floor. */
export interface FloorSnapshot {
  orders: OrderSummary[]
  stock: StockView[]
  visits: VisitView[]
  alarms: Alarm[]
}
export const floorSnapshotGuard: Guard<FloorSnapshot> = /* @__PURE__ */ object({ orders: /* @__PURE__ */ array(orderSummaryGuard), stock: /* @__PURE__ */ array(stockViewGuard), visits: /* @__PURE__ */ array(visitViewGuard), alarms: /* @__PURE__ */ array(alarmGuard) })

/** An event of an order, for the floor. */
export interface FloorTold {
  order: string
  table: string | null
  change: Record<string, unknown>
  summary: OrderSummary
}
export const floorToldGuard: Guard<FloorTold> = /* @__PURE__ */ object({ order: /* @__PURE__ */ string(), table: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), change: /* @__PURE__ */ record(/* @__PURE__ */ unknown()), summary: orderSummaryGuard })

/** `alarm.cleared`. */
export interface AlarmCleared {
  ticket: string
}
export const alarmClearedGuard: Guard<AlarmCleared> = /* @__PURE__ */ object({ ticket: /* @__PURE__ */ string() })

/** An order in short, without money. */
export interface BareSummary {
  order_id: string
  table_id: string | null
  currency: string
  opened_at: number
  opened_by: string
  closed_at: number | null
  seq: number
  lines: Record<string, number>
  staff: string[]
}
export const bareSummaryGuard: Guard<BareSummary> = /* @__PURE__ */ object({ order_id: /* @__PURE__ */ string(), table_id: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), currency: /* @__PURE__ */ string(), opened_at: /* @__PURE__ */ number(), opened_by: /* @__PURE__ */ string(), closed_at: /* @__PURE__ */ nullable(/* @__PURE__ */ number()), seq: /* @__PURE__ */ number(), lines: /* @__PURE__ */ record(/* @__PURE__ */ number()), staff: /* @__PURE__ */ array(/* @__PURE__ */ string()) })

/** One's own room: the orders that one looks after. */
export interface UserSnapshot {
  orders: BareSummary[]
}
export const userSnapshotGuard: Guard<UserSnapshot> = /* @__PURE__ */ object({ orders: /* @__PURE__ */ array(bareSummaryGuard) })

/** Something that one person of the staff has to know. */
export interface UserTold {
  order: string
  table: string | null
  user?: string | undefined
  lines?: TicketLine[] | undefined
  reason?: string | undefined
}
export const userToldGuard: Guard<UserTold> = /* @__PURE__ */ object({ order: /* @__PURE__ */ string(), table: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), user: /* @__PURE__ */ optional(/* @__PURE__ */ string()), lines: /* @__PURE__ */ optional(/* @__PURE__ */ array(ticketLineGuard)), reason: /* @__PURE__ */ optional(/* @__PURE__ */ string()) })

/** Who it is. */
export interface PersonUser {
  id: string
  name: string
}
export const personUserGuard: Guard<PersonUser> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), name: /* @__PURE__ */ string() })

/** Something that a person has open. */
export interface PersonPlace {
  type: string
  id: string
  door: string
  status: SessionStatus
}
export const personPlaceGuard: Guard<PersonPlace> = /* @__PURE__ */ object({ type: /* @__PURE__ */ string(), id: /* @__PURE__ */ string(), door: /* @__PURE__ */ string(), status: sessionStatusGuard })

/** Somebody of the staff; the body of every event of the presence. */
export interface PersonView {
  user: PersonUser
  status: SessionStatus
  since: number
  last_seen: number
  connections: number
  devices: string[]
  resources: PersonPlace[]
}
export const personViewGuard: Guard<PersonView> = /* @__PURE__ */ object({ user: personUserGuard, status: sessionStatusGuard, since: /* @__PURE__ */ number(), last_seen: /* @__PURE__ */ number(), connections: /* @__PURE__ */ number(), devices: /* @__PURE__ */ array(/* @__PURE__ */ string()), resources: /* @__PURE__ */ array(personPlaceGuard) })

/** The room of the presence. */
export interface PresenceSnapshot {
  people: PersonView[]
}
export const presenceSnapshotGuard: Guard<PresenceSnapshot> = /* @__PURE__ */ object({ people: /* @__PURE__ */ array(personViewGuard) })

/** The field that a conflict is about. */
export interface ConflictTarget {
  root: string
  id: string
  field: string
}
export const conflictTargetGuard: Guard<ConflictTarget> = /* @__PURE__ */ object({ root: /* @__PURE__ */ string(), id: /* @__PURE__ */ string(), field: /* @__PURE__ */ string() })

/** `conflict.opened`, `conflict.changed`, `conflict.closed`. */
export interface ConflictTold {
  id: string
  kind: string
  severity: string
  target: ConflictTarget
  candidates: Record<string, unknown>[]
  resolution?: Record<string, unknown> | undefined
}
export const conflictToldGuard: Guard<ConflictTold> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), kind: /* @__PURE__ */ string(), severity: /* @__PURE__ */ string(), target: conflictTargetGuard, candidates: /* @__PURE__ */ array(/* @__PURE__ */ record(/* @__PURE__ */ unknown())), resolution: /* @__PURE__ */ optional(/* @__PURE__ */ record(/* @__PURE__ */ unknown())) })

/** A lock, and what happened to it. */
export interface LockTold {
  field: string
  user: string
  name: string
  session: string
  token: number
  seconds?: number | undefined
  by?: string | undefined
  by_name?: string | undefined
}
export const lockToldGuard: Guard<LockTold> = /* @__PURE__ */ object({ field: /* @__PURE__ */ string(), user: /* @__PURE__ */ string(), name: /* @__PURE__ */ string(), session: /* @__PURE__ */ string(), token: /* @__PURE__ */ number(), seconds: /* @__PURE__ */ optional(/* @__PURE__ */ number()), by: /* @__PURE__ */ optional(/* @__PURE__ */ string()), by_name: /* @__PURE__ */ optional(/* @__PURE__ */ string()) })

/** The room of what happens to a menu beside its content. */
export interface MenuEventsSnapshot {
  conflicts: ConflictTold[]
  locks: LockTold[]
}
export const menuEventsSnapshotGuard: Guard<MenuEventsSnapshot> = /* @__PURE__ */ object({ conflicts: /* @__PURE__ */ array(conflictToldGuard), locks: /* @__PURE__ */ array(lockToldGuard) })

/** `lock.strict`. */
export interface LocksStrict {
  on: boolean
}
export const locksStrictGuard: Guard<LocksStrict> = /* @__PURE__ */ object({ on: /* @__PURE__ */ boolean() })

/** `menu.changed`. */
export interface MenuChanged {
  parts: string[]
  is_complete: boolean
}
export const menuChangedGuard: Guard<MenuChanged> = /* @__PURE__ */ object({ parts: /* @__PURE__ */ array(/* @__PURE__ */ string()), is_complete: /* @__PURE__ */ boolean() })

/** `menu.effective`: guests see another version. */
export interface Effective {
  effective: number | null
}
export const effectiveGuard: Guard<Effective> = /* @__PURE__ */ object({ effective: /* @__PURE__ */ nullable(/* @__PURE__ */ number()) })

/** `menu.published`. */
export interface MenuPublished {
  effective: number | null
  name: string | null
  sha256: string
  publication: string
  number: number
  starts_at: string | null
  ends_at: string | null
  daily_from: string | null
  daily_to: string | null
}
export const menuPublishedGuard: Guard<MenuPublished> = /* @__PURE__ */ object({ effective: /* @__PURE__ */ nullable(/* @__PURE__ */ number()), name: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), sha256: /* @__PURE__ */ string(), publication: /* @__PURE__ */ string(), number: /* @__PURE__ */ number(), starts_at: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), ends_at: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), daily_from: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), daily_to: /* @__PURE__ */ nullable(/* @__PURE__ */ string()) })

/** `publication.cancelled`. */
export interface PublicationCancelled {
  effective: number | null
  publication: string
  number: number
}
export const publicationCancelledGuard: Guard<PublicationCancelled> = /* @__PURE__ */ object({ effective: /* @__PURE__ */ nullable(/* @__PURE__ */ number()), publication: /* @__PURE__ */ string(), number: /* @__PURE__ */ number() })

/** `menu.renamed`: it has another title. */
export interface MenuRenamed {
  title: string
}
export const menuRenamedGuard: Guard<MenuRenamed> = /* @__PURE__ */ object({ title: /* @__PURE__ */ string() })

/** `menu.renewed`. */
export interface MenuRenewed {
  epoch: number
  bytes_before: number
  bytes_after: number
}
export const menuRenewedGuard: Guard<MenuRenewed> = /* @__PURE__ */ object({ epoch: /* @__PURE__ */ number(), bytes_before: /* @__PURE__ */ number(), bytes_after: /* @__PURE__ */ number() })

/** `menu.shared`, `menu.unshared`. */
export interface MenuShared {
  restaurant: string
}
export const menuSharedGuard: Guard<MenuShared> = /* @__PURE__ */ object({ restaurant: /* @__PURE__ */ string() })

/** `menu.overridden`. */
export interface MenuOverridden {
  restaurant: string
  item: string
}
export const menuOverriddenGuard: Guard<MenuOverridden> = /* @__PURE__ */ object({ restaurant: /* @__PURE__ */ string(), item: /* @__PURE__ */ string() })

/** A refusal (RFC 9457). `code` is stable; `detail` is a sentence for people. */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  code: string
}
export const problemGuard: Guard<Problem> = /* @__PURE__ */ object({ type: /* @__PURE__ */ string(), title: /* @__PURE__ */ string(), status: /* @__PURE__ */ number(), detail: /* @__PURE__ */ string(), code: /* @__PURE__ */ string() })

/** A restaurant that somebody belongs to, in short. */
export interface OwnRestaurant {
  id: string
  name: string
  currency: string
}
export const ownRestaurantGuard: Guard<OwnRestaurant> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), name: /* @__PURE__ */ string(), currency: /* @__PURE__ */ string() })

/** Who the asker is. */
export interface MeAnswer {
  user: string
  name: string
  roles: Role[]
  restaurant: string | null
  restaurants: OwnRestaurant[]
  stations: string[]
  locales: string[]
  table: string | null
  order: string | null
  expires_at_ms: number | null
  is_developer: boolean
  server_id: string
  build: string
  secure_url: string | null
}
export const meAnswerGuard: Guard<MeAnswer> = /* @__PURE__ */ object({ user: /* @__PURE__ */ string(), name: /* @__PURE__ */ string(), roles: /* @__PURE__ */ array(roleGuard), restaurant: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), restaurants: /* @__PURE__ */ array(ownRestaurantGuard), stations: /* @__PURE__ */ array(/* @__PURE__ */ string()), locales: /* @__PURE__ */ array(/* @__PURE__ */ string()), table: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), order: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), expires_at_ms: /* @__PURE__ */ nullable(/* @__PURE__ */ number()), is_developer: /* @__PURE__ */ boolean(), server_id: /* @__PURE__ */ string(), build: /* @__PURE__ */ string(), secure_url: /* @__PURE__ */ nullable(/* @__PURE__ */ string()) })

/** One document, and what the asker may do with it. */
export interface DocumentAnswer {
  id: string
  kind: DocumentKind
  title: string
  restaurant: string
  epoch: number
  created_at: string
  access: Access
}
export const documentAnswerGuard: Guard<DocumentAnswer> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), kind: documentKindGuard, title: /* @__PURE__ */ string(), restaurant: /* @__PURE__ */ string(), epoch: /* @__PURE__ */ number(), created_at: /* @__PURE__ */ string(), access: accessGuard })

/** One page of documents by id; `next` is the `after` of the next page. */
export interface DocumentList {
  documents: DocumentAnswer[]
  next: string | null
}
export const documentListGuard: Guard<DocumentList> = /* @__PURE__ */ object({ documents: /* @__PURE__ */ array(documentAnswerGuard), next: /* @__PURE__ */ nullable(/* @__PURE__ */ string()) })

/** What a document takes in the store. */
export interface SizeAnswer {
  updates: number
  log_bytes: number
  snapshot_bytes: number
  acknowledged: number
  quarantined: number
}
export const sizeAnswerGuard: Guard<SizeAnswer> = /* @__PURE__ */ object({ updates: /* @__PURE__ */ number(), log_bytes: /* @__PURE__ */ number(), snapshot_bytes: /* @__PURE__ */ number(), acknowledged: /* @__PURE__ */ number(), quarantined: /* @__PURE__ */ number() })

/** One document with its size. */
export interface DocumentDetail {
  id: string
  kind: DocumentKind
  title: string
  restaurant: string
  epoch: number
  created_at: string
  access: Access
  size: SizeAnswer
}
export const documentDetailGuard: Guard<DocumentDetail> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), kind: documentKindGuard, title: /* @__PURE__ */ string(), restaurant: /* @__PURE__ */ string(), epoch: /* @__PURE__ */ number(), created_at: /* @__PURE__ */ string(), access: accessGuard, size: sizeAnswerGuard })

/** One awareness entry: a client and its state, with the verified user in it. */
export interface PersonAnswer {
  client_id: number
  state: Record<string, unknown>
}
export const personAnswerGuard: Guard<PersonAnswer> = /* @__PURE__ */ object({ client_id: /* @__PURE__ */ number(), state: /* @__PURE__ */ record(/* @__PURE__ */ unknown()) })

/** One connection to a document. */
export interface SeatAnswer {
  id: string
  user: string
  name: string
  door: string
  status: SessionStatus
  started_at: string
  last_activity_at: string
}
export const seatAnswerGuard: Guard<SeatAnswer> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), user: /* @__PURE__ */ string(), name: /* @__PURE__ */ string(), door: /* @__PURE__ */ string(), status: sessionStatusGuard, started_at: /* @__PURE__ */ string(), last_activity_at: /* @__PURE__ */ string() })

/** Who is at a document now. */
export interface PresenceAnswer {
  people: PersonAnswer[]
  sessions: SeatAnswer[]
}
export const presenceAnswerGuard: Guard<PresenceAnswer> = /* @__PURE__ */ object({ people: /* @__PURE__ */ array(personAnswerGuard), sessions: /* @__PURE__ */ array(seatAnswerGuard) })

/** What a patch did, and the menu after it (with whatever others wrote meanwhile). */
export interface PatchAnswer {
  changes: number
  etag: string
  menu: MenuFile
}
export const patchAnswerGuard: Guard<PatchAnswer> = /* @__PURE__ */ object({ changes: /* @__PURE__ */ number(), etag: /* @__PURE__ */ string(), menu: menuFileGuard })

/** What a batch of named edits did. */
export interface EditsAnswer {
  changes: number
  etag: string
  ids: (string | null)[]
}
export const editsAnswerGuard: Guard<EditsAnswer> = /* @__PURE__ */ object({ changes: /* @__PURE__ */ number(), etag: /* @__PURE__ */ string(), ids: /* @__PURE__ */ array(/* @__PURE__ */ nullable(/* @__PURE__ */ string())) })

/** What was done with something odd. */
export type Action = 'ignored' | 'changed' | 'refused'
export const actionGuard: Guard<Action> = /* @__PURE__ */ literal('ignored', 'changed', 'refused')

/** Something that was not taken, or not carried, as it stands. */
export interface RemarkAnswer {
  where: string
  what: string
  action: Action
  times: number
}
export const remarkAnswerGuard: Guard<RemarkAnswer> = /* @__PURE__ */ object({ where: /* @__PURE__ */ string(), what: /* @__PURE__ */ string(), action: actionGuard, times: /* @__PURE__ */ number() })

/** One field that reads differently; null: it is not there. */
export interface FieldDifferenceAnswer {
  field: string
  before?: unknown
  after?: unknown
}
export const fieldDifferenceAnswerGuard: Guard<FieldDifferenceAnswer> = /* @__PURE__ */ object({ field: /* @__PURE__ */ string(), before: /* @__PURE__ */ unknown(), after: /* @__PURE__ */ unknown() })

/** What happened to a section, an item or a group. */
export type PartChange = 'added' | 'removed' | 'changed'
export const partChangeGuard: Guard<PartChange> = /* @__PURE__ */ literal('added', 'removed', 'changed')

/** One section, item or modifier group that differs. */
export interface PartDifferenceAnswer {
  root: string
  id: string
  name: string
  change: PartChange
  moved_from: string | null
  moved_to: string | null
  is_reordered: boolean
  fields: FieldDifferenceAnswer[]
}
export const partDifferenceAnswerGuard: Guard<PartDifferenceAnswer> = /* @__PURE__ */ object({ root: /* @__PURE__ */ string(), id: /* @__PURE__ */ string(), name: /* @__PURE__ */ string(), change: partChangeGuard, moved_from: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), moved_to: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), is_reordered: /* @__PURE__ */ boolean(), fields: /* @__PURE__ */ array(fieldDifferenceAnswerGuard) })

/** What has to be done to one version to get the other. Fields are called as in the history. */
export interface DifferenceAnswer {
  settings: FieldDifferenceAnswer[]
  sections: PartDifferenceAnswer[]
  items: PartDifferenceAnswer[]
  groups: PartDifferenceAnswer[]
}
export const differenceAnswerGuard: Guard<DifferenceAnswer> = /* @__PURE__ */ object({ settings: /* @__PURE__ */ array(fieldDifferenceAnswerGuard), sections: /* @__PURE__ */ array(partDifferenceAnswerGuard), items: /* @__PURE__ */ array(partDifferenceAnswerGuard), groups: /* @__PURE__ */ array(partDifferenceAnswerGuard) })

/** What an import did, or with `dry_run` what it would do. */
export interface ImportAnswer {
  menu: string
  created: boolean
  changes: number
  sections: number
  items: number
  dry_run: boolean
  remarks: RemarkAnswer[]
  difference: DifferenceAnswer | null
}
export const importAnswerGuard: Guard<ImportAnswer> = /* @__PURE__ */ object({ menu: /* @__PURE__ */ string(), created: /* @__PURE__ */ boolean(), changes: /* @__PURE__ */ number(), sections: /* @__PURE__ */ number(), items: /* @__PURE__ */ number(), dry_run: /* @__PURE__ */ boolean(), remarks: /* @__PURE__ */ array(remarkAnswerGuard), difference: /* @__PURE__ */ nullable(differenceAnswerGuard) })

/** What a conflict is about. */
export type ConflictKind = 'prices' | 'allergens' | 'diets' | 'deleted' | 'unplaced' | 'moves' | 'double_replace' | 'stale' | 'names' | 'price_missing' | 'price_negative' | 'price_free' | 'price_jump' | 'money' | 'currency' | 'choice_range' | 'choice_missing' | 'variations' | 'translations'
export const conflictKindGuard: Guard<ConflictKind> = /* @__PURE__ */ literal('prices', 'allergens', 'diets', 'deleted', 'unplaced', 'moves', 'double_replace', 'stale', 'names', 'price_missing', 'price_negative', 'price_free', 'price_jump', 'money', 'currency', 'choice_range', 'choice_missing', 'variations', 'translations')

/** Something about a menu that a person should look at. */
export interface ConflictAnswer {
  id: string
  key: string
  kind: ConflictKind
  severity: Severity
  root: string
  part: string
  field: string
  candidates: Record<string, unknown>[]
  opened_at: string
  closed_at: string | null
  resolved_by: string | null
  resolution: Record<string, unknown> | null
}
export const conflictAnswerGuard: Guard<ConflictAnswer> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), key: /* @__PURE__ */ string(), kind: conflictKindGuard, severity: severityGuard, root: /* @__PURE__ */ string(), part: /* @__PURE__ */ string(), field: /* @__PURE__ */ string(), candidates: /* @__PURE__ */ array(/* @__PURE__ */ record(/* @__PURE__ */ unknown())), opened_at: /* @__PURE__ */ string(), closed_at: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), resolved_by: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), resolution: /* @__PURE__ */ nullable(/* @__PURE__ */ record(/* @__PURE__ */ unknown())) })

/** One page of conflicts, the newest first; `next` is the `after` of the next page. */
export interface ConflictList {
  conflicts: ConflictAnswer[]
  next: string | null
}
export const conflictListGuard: Guard<ConflictList> = /* @__PURE__ */ object({ conflicts: /* @__PURE__ */ array(conflictAnswerGuard), next: /* @__PURE__ */ nullable(/* @__PURE__ */ string()) })

/** What a resolution did. */
export interface ResolutionAnswer {
  changes: number
  conflict: ConflictAnswer
}
export const resolutionAnswerGuard: Guard<ResolutionAnswer> = /* @__PURE__ */ object({ changes: /* @__PURE__ */ number(), conflict: conflictAnswerGuard })

/** One version. Named and published ones are kept for ever, automatic ones get thinner. */
export interface VersionAnswer {
  number: number
  kind: VersionKind
  name: string | null
  sha256: string
  created_at: string
  created_by: string
}
export const versionAnswerGuard: Guard<VersionAnswer> = /* @__PURE__ */ object({ number: /* @__PURE__ */ number(), kind: versionKindGuard, name: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), sha256: /* @__PURE__ */ string(), created_at: /* @__PURE__ */ string(), created_by: /* @__PURE__ */ string() })

/** A version that guests are to see. */
export interface PublicationAnswer {
  id: string
  version: number
  starts_at: string
  ends_at: string | null
  daily_from: string | null
  daily_to: string | null
  created_at: string
  created_by: string
  is_effective: boolean
}
export const publicationAnswerGuard: Guard<PublicationAnswer> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), version: /* @__PURE__ */ number(), starts_at: /* @__PURE__ */ string(), ends_at: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), daily_from: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), daily_to: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), created_at: /* @__PURE__ */ string(), created_by: /* @__PURE__ */ string(), is_effective: /* @__PURE__ */ boolean() })

/** What was published. */
export interface PublishedAnswer {
  version: VersionAnswer
  publication: PublicationAnswer
}
export const publishedAnswerGuard: Guard<PublishedAnswer> = /* @__PURE__ */ object({ version: versionAnswerGuard, publication: publicationAnswerGuard })

/** Nothing was published: these errors stand. */
export interface Blocked {
  type: string
  title: string
  status: number
  detail: string
  code: string
  conflicts: ConflictAnswer[]
}
export const blockedGuard: Guard<Blocked> = /* @__PURE__ */ object({ type: /* @__PURE__ */ string(), title: /* @__PURE__ */ string(), status: /* @__PURE__ */ number(), detail: /* @__PURE__ */ string(), code: /* @__PURE__ */ string(), conflicts: /* @__PURE__ */ array(conflictAnswerGuard) })

/** One page of versions, the newest first; `next` is the `after` of the next page. */
export interface VersionList {
  versions: VersionAnswer[]
  next: number | null
}
export const versionListGuard: Guard<VersionList> = /* @__PURE__ */ object({ versions: /* @__PURE__ */ array(versionAnswerGuard), next: /* @__PURE__ */ nullable(/* @__PURE__ */ number()) })

/** One version with its content. */
export interface FullVersionAnswer {
  number: number
  kind: VersionKind
  name: string | null
  sha256: string
  created_at: string
  created_by: string
  content: Record<string, unknown>
}
export const fullVersionAnswerGuard: Guard<FullVersionAnswer> = /* @__PURE__ */ object({ number: /* @__PURE__ */ number(), kind: versionKindGuard, name: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), sha256: /* @__PURE__ */ string(), created_at: /* @__PURE__ */ string(), created_by: /* @__PURE__ */ string(), content: /* @__PURE__ */ record(/* @__PURE__ */ unknown()) })

/** What a restore did. */
export interface VersionsRestoreAnswer {
  changes: number
}
export const versionsRestoreAnswerGuard: Guard<VersionsRestoreAnswer> = /* @__PURE__ */ object({ changes: /* @__PURE__ */ number() })

/** All that stand, in the order in which they were made. */
export interface PublicationList {
  publications: PublicationAnswer[]
  time_zone: string
  next_change_at: string | null
}
export const publicationListGuard: Guard<PublicationList> = /* @__PURE__ */ object({ publications: /* @__PURE__ */ array(publicationAnswerGuard), time_zone: /* @__PURE__ */ string(), next_change_at: /* @__PURE__ */ nullable(/* @__PURE__ */ string()) })

/** A menu that guests of a restaurant see now. */
export interface ShownMenu {
  menu: string
  title: string
  version: number
  locales: string[]
  etag: string
}
export const shownMenuGuard: Guard<ShownMenu> = /* @__PURE__ */ object({ menu: /* @__PURE__ */ string(), title: /* @__PURE__ */ string(), version: /* @__PURE__ */ number(), locales: /* @__PURE__ */ array(/* @__PURE__ */ string()), etag: /* @__PURE__ */ string() })

/** Who holds a field, and for how long if nobody renews it. */
export interface LockAnswer {
  field: string
  token: number
  user: string
  name: string
  session: string
  acquired_at: string
  seconds_left: number
}
export const lockAnswerGuard: Guard<LockAnswer> = /* @__PURE__ */ object({ field: /* @__PURE__ */ string(), token: /* @__PURE__ */ number(), user: /* @__PURE__ */ string(), name: /* @__PURE__ */ string(), session: /* @__PURE__ */ string(), acquired_at: /* @__PURE__ */ string(), seconds_left: /* @__PURE__ */ number() })

/** The live locks of a menu by field, and how to keep one. */
export interface LockList {
  locks: LockAnswer[]
  strict: boolean
  lease_seconds: number
  renew_seconds: number
}
export const lockListGuard: Guard<LockList> = /* @__PURE__ */ object({ locks: /* @__PURE__ */ array(lockAnswerGuard), strict: /* @__PURE__ */ boolean(), lease_seconds: /* @__PURE__ */ number(), renew_seconds: /* @__PURE__ */ number() })

/** Whether the locks of the menu are strict. */
export interface StrictAnswer {
  on: boolean
}
export const strictAnswerGuard: Guard<StrictAnswer> = /* @__PURE__ */ object({ on: /* @__PURE__ */ boolean() })

/** Where the sizes of a photo are, on this server. */
export interface PhotoAddresses {
  list: string
  detail: string
}
export const photoAddressesGuard: Guard<PhotoAddresses> = /* @__PURE__ */ object({ list: /* @__PURE__ */ string(), detail: /* @__PURE__ */ string() })

/** A photo that can be given to items. */
export interface PhotoAnswer {
  id: string
  urls: PhotoAddresses
  width: number
  height: number
}
export const photoAnswerGuard: Guard<PhotoAnswer> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), urls: photoAddressesGuard, width: /* @__PURE__ */ number(), height: /* @__PURE__ */ number() })

/** The new menu. */
export interface CopyAnswer {
  id: string
  title: string
  restaurant: string
  copy_of: string
  sections: number
  items: number
}
export const copyAnswerGuard: Guard<CopyAnswer> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), title: /* @__PURE__ */ string(), restaurant: /* @__PURE__ */ string(), copy_of: /* @__PURE__ */ string(), sections: /* @__PURE__ */ number(), items: /* @__PURE__ */ number() })

/** A restaurant that shows the menu. */
export interface ShareAnswer {
  restaurant: string
  created_at: string
  created_by: string
}
export const shareAnswerGuard: Guard<ShareAnswer> = /* @__PURE__ */ object({ restaurant: /* @__PURE__ */ string(), created_at: /* @__PURE__ */ string(), created_by: /* @__PURE__ */ string() })

/** All of them, by id. */
export interface ShareList {
  shares: ShareAnswer[]
}
export const shareListGuard: Guard<ShareList> = /* @__PURE__ */ object({ shares: /* @__PURE__ */ array(shareAnswerGuard) })

/** A menu of another restaurant that this one shows. `published` reads it; nobody edits it. */
export interface SharedMenu {
  id: string
  title: string
  restaurant: string
  published: string
}
export const sharedMenuGuard: Guard<SharedMenu> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), title: /* @__PURE__ */ string(), restaurant: /* @__PURE__ */ string(), published: /* @__PURE__ */ string() })

/** All of them, by id. */
export interface SharedMenuList {
  menus: SharedMenu[]
}
export const sharedMenuListGuard: Guard<SharedMenuList> = /* @__PURE__ */ object({ menus: /* @__PURE__ */ array(sharedMenuGuard) })

/** What differs of an item or a variation. */
export interface OverrideAnswer {
  item: string
  variation: string | null
  price: number | null
  hidden: boolean | null
  is_orphan: boolean
  changed_at: string | null
  changed_by: string
}
export const overrideAnswerGuard: Guard<OverrideAnswer> = /* @__PURE__ */ object({ item: /* @__PURE__ */ string(), variation: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), price: /* @__PURE__ */ nullable(/* @__PURE__ */ number()), hidden: /* @__PURE__ */ nullable(/* @__PURE__ */ boolean()), is_orphan: /* @__PURE__ */ boolean(), changed_at: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), changed_by: /* @__PURE__ */ string() })

/** All that differs in one restaurant. */
export interface OverrideList {
  restaurant: string
  currency: string
  overrides: OverrideAnswer[]
}
export const overrideListGuard: Guard<OverrideList> = /* @__PURE__ */ object({ restaurant: /* @__PURE__ */ string(), currency: /* @__PURE__ */ string(), overrides: /* @__PURE__ */ array(overrideAnswerGuard) })

/** One event of a menu. */
export interface EventAnswer {
  offset: number
  type: string
  actor: string
  at: string
  body: Record<string, unknown>
}
export const eventAnswerGuard: Guard<EventAnswer> = /* @__PURE__ */ object({ offset: /* @__PURE__ */ number(), type: /* @__PURE__ */ string(), actor: /* @__PURE__ */ string(), at: /* @__PURE__ */ string(), body: /* @__PURE__ */ record(/* @__PURE__ */ unknown()) })

/** Some events in order. `epoch` and the last offset are where to go on. */
export interface EventList {
  epoch: string
  top: number
  events: EventAnswer[]
}
export const eventListGuard: Guard<EventList> = /* @__PURE__ */ object({ epoch: /* @__PURE__ */ string(), top: /* @__PURE__ */ number(), events: /* @__PURE__ */ array(eventAnswerGuard) })

/** One field that changed. `before` is null when there was nothing, `after` when it went. */
export interface EntryAnswer {
  id: string
  root: string
  item: string
  field: string
  before?: unknown
  after?: unknown
  user: string
  session: string
  door: string
  since: string
  at: string
}
export const entryAnswerGuard: Guard<EntryAnswer> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), root: /* @__PURE__ */ string(), item: /* @__PURE__ */ string(), field: /* @__PURE__ */ string(), before: /* @__PURE__ */ unknown(), after: /* @__PURE__ */ unknown(), user: /* @__PURE__ */ string(), session: /* @__PURE__ */ string(), door: /* @__PURE__ */ string(), since: /* @__PURE__ */ string(), at: /* @__PURE__ */ string() })

/** What one connection changed without a pause of more than 15 minutes, the latest first. */
export interface StretchAnswer {
  user: string
  session: string
  door: string
  since: string
  at: string
  changes: EntryAnswer[]
}
export const stretchAnswerGuard: Guard<StretchAnswer> = /* @__PURE__ */ object({ user: /* @__PURE__ */ string(), session: /* @__PURE__ */ string(), door: /* @__PURE__ */ string(), since: /* @__PURE__ */ string(), at: /* @__PURE__ */ string(), changes: /* @__PURE__ */ array(entryAnswerGuard) })

/** One page, the latest first; a stretch may go on in the next one. */
export interface HistoryList {
  sessions: StretchAnswer[]
  next: string | null
}
export const historyListGuard: Guard<HistoryList> = /* @__PURE__ */ object({ sessions: /* @__PURE__ */ array(stretchAnswerGuard), next: /* @__PURE__ */ nullable(/* @__PURE__ */ string()) })

/** The last change of each field of one section, item or group. */
export interface BlamePart {
  root: string
  item: string
  fields: EntryAnswer[]
}
export const blamePartGuard: Guard<BlamePart> = /* @__PURE__ */ object({ root: /* @__PURE__ */ string(), item: /* @__PURE__ */ string(), fields: /* @__PURE__ */ array(entryAnswerGuard) })

/** Who wrote what, as far back as the history is kept. */
export interface BlameAnswer {
  parts: BlamePart[]
}
export const blameAnswerGuard: Guard<BlameAnswer> = /* @__PURE__ */ object({ parts: /* @__PURE__ */ array(blamePartGuard) })

/** What somebody is called whose id stands in a menu and in its history. */
export interface WriterName {
  user: string
  name: string
}
export const writerNameGuard: Guard<WriterName> = /* @__PURE__ */ object({ user: /* @__PURE__ */ string(), name: /* @__PURE__ */ string() })

/** Everybody who is known; who is not has left, or wanted to be forgotten. */
export interface WriterList {
  writers: WriterName[]
}
export const writerListGuard: Guard<WriterList> = /* @__PURE__ */ object({ writers: /* @__PURE__ */ array(writerNameGuard) })

/** What putting a value back did. */
export interface HistoryRestoreAnswer {
  changes: number
}
export const historyRestoreAnswerGuard: Guard<HistoryRestoreAnswer> = /* @__PURE__ */ object({ changes: /* @__PURE__ */ number() })

/** A menu whose next event the webhook does not take. */
export interface FailingAnswer {
  menu: string
  attempts: number
  since: string
  reason: string
  next_at: string | null
}
export const failingAnswerGuard: Guard<FailingAnswer> = /* @__PURE__ */ object({ menu: /* @__PURE__ */ string(), attempts: /* @__PURE__ */ number(), since: /* @__PURE__ */ string(), reason: /* @__PURE__ */ string(), next_at: /* @__PURE__ */ nullable(/* @__PURE__ */ string()) })

/** The answer to making it: the only time that its secret is shown. */
export interface MadeWebhook {
  id: string
  restaurant: string
  url: string
  types: string[]
  created_at: string
  created_by: string
  disabled_at: string | null
  failing: FailingAnswer[]
  secret: string
}
export const madeWebhookGuard: Guard<MadeWebhook> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), restaurant: /* @__PURE__ */ string(), url: /* @__PURE__ */ string(), types: /* @__PURE__ */ array(/* @__PURE__ */ string()), created_at: /* @__PURE__ */ string(), created_by: /* @__PURE__ */ string(), disabled_at: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), failing: /* @__PURE__ */ array(failingAnswerGuard), secret: /* @__PURE__ */ string() })

/** One webhook. Its secret is not shown again. */
export interface WebhookAnswer {
  id: string
  restaurant: string
  url: string
  types: string[]
  created_at: string
  created_by: string
  disabled_at: string | null
  failing: FailingAnswer[]
}
export const webhookAnswerGuard: Guard<WebhookAnswer> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), restaurant: /* @__PURE__ */ string(), url: /* @__PURE__ */ string(), types: /* @__PURE__ */ array(/* @__PURE__ */ string()), created_at: /* @__PURE__ */ string(), created_by: /* @__PURE__ */ string(), disabled_at: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), failing: /* @__PURE__ */ array(failingAnswerGuard) })

/** All webhooks of a restaurant. */
export interface WebhookList {
  webhooks: WebhookAnswer[]
}
export const webhookListGuard: Guard<WebhookList> = /* @__PURE__ */ object({ webhooks: /* @__PURE__ */ array(webhookAnswerGuard) })

/** What became of a delivery that was made at once. */
export interface DeliveryAnswer {
  delivered: boolean
  status: number | null
  reason: string | null
}
export const deliveryAnswerGuard: Guard<DeliveryAnswer> = /* @__PURE__ */ object({ delivered: /* @__PURE__ */ boolean(), status: /* @__PURE__ */ nullable(/* @__PURE__ */ number()), reason: /* @__PURE__ */ nullable(/* @__PURE__ */ string()) })

/** An event that could not be delivered for 24 hours. */
export interface DeadAnswer {
  menu: string
  offset: number
  reason: string
  at: string
}
export const deadAnswerGuard: Guard<DeadAnswer> = /* @__PURE__ */ object({ menu: /* @__PURE__ */ string(), offset: /* @__PURE__ */ number(), reason: /* @__PURE__ */ string(), at: /* @__PURE__ */ string() })

/** One page of dead letters by menu and offset. */
export interface DeadList {
  dead: DeadAnswer[]
  next: string | null
}
export const deadListGuard: Guard<DeadList> = /* @__PURE__ */ object({ dead: /* @__PURE__ */ array(deadAnswerGuard), next: /* @__PURE__ */ nullable(/* @__PURE__ */ string()) })

/** What it did. `epoch` is that of the document from now on; sizes are of the whole state. */
export interface RenewalAnswer {
  epoch: number
  bytes_before: number
  bytes_after: number
}
export const renewalAnswerGuard: Guard<RenewalAnswer> = /* @__PURE__ */ object({ epoch: /* @__PURE__ */ number(), bytes_before: /* @__PURE__ */ number(), bytes_after: /* @__PURE__ */ number() })

/** One restaurant and how it is set up. */
export interface RestaurantAnswer {
  id: string
  name: string
  created_at: string
  time_zone: string
  currency: string
  currency_exponent: number
  business_day_hour: number
  tax: number
  price_grace_seconds: number
  recall_seconds: number
  low_stock: number
  guest_session_seconds: number
  order_retention_days: number
  personal_retention_days: number
}
export const restaurantAnswerGuard: Guard<RestaurantAnswer> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), name: /* @__PURE__ */ string(), created_at: /* @__PURE__ */ string(), time_zone: /* @__PURE__ */ string(), currency: /* @__PURE__ */ string(), currency_exponent: /* @__PURE__ */ number(), business_day_hour: /* @__PURE__ */ number(), tax: /* @__PURE__ */ number(), price_grace_seconds: /* @__PURE__ */ number(), recall_seconds: /* @__PURE__ */ number(), low_stock: /* @__PURE__ */ number(), guest_session_seconds: /* @__PURE__ */ number(), order_retention_days: /* @__PURE__ */ number(), personal_retention_days: /* @__PURE__ */ number() })

/** The restaurants that the asker belongs to, by id. */
export interface RestaurantList {
  restaurants: RestaurantAnswer[]
}
export const restaurantListGuard: Guard<RestaurantList> = /* @__PURE__ */ object({ restaurants: /* @__PURE__ */ array(restaurantAnswerGuard) })

/** One station. */
export interface StationAnswer {
  id: string
  name: string
  warn_seconds: number
  late_seconds: number
  position: number
}
export const stationAnswerGuard: Guard<StationAnswer> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), name: /* @__PURE__ */ string(), warn_seconds: /* @__PURE__ */ number(), late_seconds: /* @__PURE__ */ number(), position: /* @__PURE__ */ number() })

/** The stations of a restaurant, as screens show them. */
export interface StationList {
  stations: StationAnswer[]
}
export const stationListGuard: Guard<StationList> = /* @__PURE__ */ object({ stations: /* @__PURE__ */ array(stationAnswerGuard) })

/** An open table: guests get in with its code. */
export interface VisitAnswer {
  id: string
  order: string | null
  opened_by: string
  opened_at: string
  expires_at: string
}
export const visitAnswerGuard: Guard<VisitAnswer> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), order: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), opened_by: /* @__PURE__ */ string(), opened_at: /* @__PURE__ */ string(), expires_at: /* @__PURE__ */ string() })

/** One table and what goes on there. */
export interface TableStateAnswer {
  id: string
  name: string
  seats: number
  area: string
  position: number
  visit: VisitAnswer | null
  orders: string[]
}
export const tableStateAnswerGuard: Guard<TableStateAnswer> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), name: /* @__PURE__ */ string(), seats: /* @__PURE__ */ number(), area: /* @__PURE__ */ string(), position: /* @__PURE__ */ number(), visit: /* @__PURE__ */ nullable(visitAnswerGuard), orders: /* @__PURE__ */ array(/* @__PURE__ */ string()) })

/** All tables of a restaurant in their order. */
export interface TableList {
  tables: TableStateAnswer[]
}
export const tableListGuard: Guard<TableList> = /* @__PURE__ */ object({ tables: /* @__PURE__ */ array(tableStateAnswerGuard) })

/** One table. */
export interface TableAnswer {
  id: string
  name: string
  seats: number
  area: string
  position: number
}
export const tableAnswerGuard: Guard<TableAnswer> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), name: /* @__PURE__ */ string(), seats: /* @__PURE__ */ number(), area: /* @__PURE__ */ string(), position: /* @__PURE__ */ number() })

/** A visit and its code, which is shown this once. */
export interface CodeAnswer {
  table: string
  visit: VisitAnswer
  code: string
  url: string
  qr_svg: string
}
export const codeAnswerGuard: Guard<CodeAnswer> = /* @__PURE__ */ object({ table: /* @__PURE__ */ string(), visit: visitAnswerGuard, code: /* @__PURE__ */ string(), url: /* @__PURE__ */ string(), qr_svg: /* @__PURE__ */ string() })

/** One person of the staff. */
export interface StaffAnswer {
  user_id: string
  name: string
  roles: Role[]
  stations: string[]
  locales: string[]
  is_active: boolean
  created_at: string
  updated_at: string
}
export const staffAnswerGuard: Guard<StaffAnswer> = /* @__PURE__ */ object({ user_id: /* @__PURE__ */ string(), name: /* @__PURE__ */ string(), roles: /* @__PURE__ */ array(roleGuard), stations: /* @__PURE__ */ array(/* @__PURE__ */ string()), locales: /* @__PURE__ */ array(/* @__PURE__ */ string()), is_active: /* @__PURE__ */ boolean(), created_at: /* @__PURE__ */ string(), updated_at: /* @__PURE__ */ string() })

/** One page of the staff by user id; `next` is the `after` of the next page. */
export interface StaffList {
  staff: StaffAnswer[]
  next: string | null
}
export const staffListGuard: Guard<StaffList> = /* @__PURE__ */ object({ staff: /* @__PURE__ */ array(staffAnswerGuard), next: /* @__PURE__ */ nullable(/* @__PURE__ */ string()) })

/** A link, which is shown this once. */
export interface MadeInvite {
  id: string
  url: string
  qr: string
  expires_at: string
}
export const madeInviteGuard: Guard<MadeInvite> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), url: /* @__PURE__ */ string(), qr: /* @__PURE__ */ string(), expires_at: /* @__PURE__ */ string() })

/** A link that is open, without what lets in. */
export interface InviteAnswer {
  id: string
  name: string
  roles: Role[]
  stations: string[]
  uses_left: number
  created_by: string
  created_at: string
  expires_at: string
  user: string | null
}
export const inviteAnswerGuard: Guard<InviteAnswer> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), name: /* @__PURE__ */ string(), roles: /* @__PURE__ */ array(roleGuard), stations: /* @__PURE__ */ array(/* @__PURE__ */ string()), uses_left: /* @__PURE__ */ number(), created_by: /* @__PURE__ */ string(), created_at: /* @__PURE__ */ string(), expires_at: /* @__PURE__ */ string(), user: /* @__PURE__ */ nullable(/* @__PURE__ */ string()) })

/** The links of a restaurant that are open, the newest first. */
export interface InviteList {
  invites: InviteAnswer[]
}
export const inviteListGuard: Guard<InviteList> = /* @__PURE__ */ object({ invites: /* @__PURE__ */ array(inviteAnswerGuard) })

/** A device that may come back without a link. */
export interface DeviceAnswer {
  id: string
  user: string
  name: string
  roles: Role[]
  label: string
  created_at: string
  used_at: string
  expires_at: string
  is_this: boolean
}
export const deviceAnswerGuard: Guard<DeviceAnswer> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), user: /* @__PURE__ */ string(), name: /* @__PURE__ */ string(), roles: /* @__PURE__ */ array(roleGuard), label: /* @__PURE__ */ string(), created_at: /* @__PURE__ */ string(), used_at: /* @__PURE__ */ string(), expires_at: /* @__PURE__ */ string(), is_this: /* @__PURE__ */ boolean() })

/** Devices, the newest first: of the whole staff for managers, else one's own. */
export interface DeviceList {
  devices: DeviceAnswer[]
}
export const deviceListGuard: Guard<DeviceList> = /* @__PURE__ */ object({ devices: /* @__PURE__ */ array(deviceAnswerGuard) })

/** A guest who came in. The token is in the cookie too, unless that was declined. */
export interface GuestAnswer {
  token: string
  expires_in_seconds: number
  user: string
  restaurant: string
  table: string
  order: string | null
  restaurant_name: string
  table_name: string
  time_zone: string
}
export const guestAnswerGuard: Guard<GuestAnswer> = /* @__PURE__ */ object({ token: /* @__PURE__ */ string(), expires_in_seconds: /* @__PURE__ */ number(), user: /* @__PURE__ */ string(), restaurant: /* @__PURE__ */ string(), table: /* @__PURE__ */ string(), order: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), restaurant_name: /* @__PURE__ */ string(), table_name: /* @__PURE__ */ string(), time_zone: /* @__PURE__ */ string() })

/** One page of orders in short, those opened last first; as in the room `floor`. */
export interface OrderList {
  orders: Record<string, unknown>[]
  next: string | null
}
export const orderListGuard: Guard<OrderList> = /* @__PURE__ */ object({ orders: /* @__PURE__ */ array(/* @__PURE__ */ record(/* @__PURE__ */ unknown())), next: /* @__PURE__ */ nullable(/* @__PURE__ */ string()) })

/** One order as the asker may see it; as in the room `order`. */
export interface OrderAnswer {
  order: Record<string, unknown>
}
export const orderAnswerGuard: Guard<OrderAnswer> = /* @__PURE__ */ object({ order: /* @__PURE__ */ record(/* @__PURE__ */ unknown()) })

/** Something that happened to an order. */
export interface OrderEventAnswer {
  seq: number
  position: number
  type: string
  command: string
  actor_kind: string
  actor: string
  device: string
  client_at: string | null
  at: string
  body: Record<string, unknown>
}
export const orderEventAnswerGuard: Guard<OrderEventAnswer> = /* @__PURE__ */ object({ seq: /* @__PURE__ */ number(), position: /* @__PURE__ */ number(), type: /* @__PURE__ */ string(), command: /* @__PURE__ */ string(), actor_kind: /* @__PURE__ */ string(), actor: /* @__PURE__ */ string(), device: /* @__PURE__ */ string(), client_at: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), at: /* @__PURE__ */ string(), body: /* @__PURE__ */ record(/* @__PURE__ */ unknown()) })

/** The log of an order from a place on; `next` is the `after` of the next page. */
export interface OrderEventList {
  events: OrderEventAnswer[]
  next: number | null
}
export const orderEventListGuard: Guard<OrderEventList> = /* @__PURE__ */ object({ events: /* @__PURE__ */ array(orderEventAnswerGuard), next: /* @__PURE__ */ nullable(/* @__PURE__ */ number()) })

/** What was charged at one rate; net + amount = gross. */
export interface TaxAnswer {
  tax: number
  gross: number
  net: number
  amount: number
}
export const taxAnswerGuard: Guard<TaxAnswer> = /* @__PURE__ */ object({ tax: /* @__PURE__ */ number(), gross: /* @__PURE__ */ number(), net: /* @__PURE__ */ number(), amount: /* @__PURE__ */ number() })

/** What came in one way, and what went back. */
export interface MethodAnswer {
  method: string
  payments: number
  amount: number
  refunds: number
  refunded: number
  tips: number
}
export const methodAnswerGuard: Guard<MethodAnswer> = /* @__PURE__ */ object({ method: /* @__PURE__ */ string(), payments: /* @__PURE__ */ number(), amount: /* @__PURE__ */ number(), refunds: /* @__PURE__ */ number(), refunded: /* @__PURE__ */ number(), tips: /* @__PURE__ */ number() })

/** Dishes that nobody pays, and what they would have cost. */
export interface WaivedAnswer {
  lines: number
  amount: number
}
export const waivedAnswerGuard: Guard<WaivedAnswer> = /* @__PURE__ */ object({ lines: /* @__PURE__ */ number(), amount: /* @__PURE__ */ number() })

/** One day in one currency; amounts in its minor units. */
export interface DayTotalsAnswer {
  currency: string
  currency_exponent: number
  orders: number
  open_orders: number
  gross: number
  paid: number
  tips: number
  taxes: TaxAnswer[]
  methods: MethodAnswer[]
  voided: WaivedAnswer
  rejected: WaivedAnswer
  comped: WaivedAnswer
}
export const dayTotalsAnswerGuard: Guard<DayTotalsAnswer> = /* @__PURE__ */ object({ currency: /* @__PURE__ */ string(), currency_exponent: /* @__PURE__ */ number(), orders: /* @__PURE__ */ number(), open_orders: /* @__PURE__ */ number(), gross: /* @__PURE__ */ number(), paid: /* @__PURE__ */ number(), tips: /* @__PURE__ */ number(), taxes: /* @__PURE__ */ array(taxAnswerGuard), methods: /* @__PURE__ */ array(methodAnswerGuard), voided: waivedAnswerGuard, rejected: waivedAnswerGuard, comped: waivedAnswerGuard })

/** What a business day brought, by currency: the orders that were opened on it. */
export interface DayReport {
  restaurant: string
  business_day: string
  totals: DayTotalsAnswer[]
}
export const dayReportGuard: Guard<DayReport> = /* @__PURE__ */ object({ restaurant: /* @__PURE__ */ string(), business_day: /* @__PURE__ */ string(), totals: /* @__PURE__ */ array(dayTotalsAnswerGuard) })

/** What became of a command. */
export type Outcome = 'ok' | 'noop' | 'dup' | 'rejected'
export const outcomeGuard: Guard<Outcome> = /* @__PURE__ */ literal('ok', 'noop', 'dup', 'rejected')

/** What became of one command. */
export interface CommandAnswer {
  id: string
  result: Outcome
  seq?: number | null | undefined
  offset?: number | null | undefined
  code?: string | null | undefined
  reason?: string | null | undefined
  current?: Record<string, unknown> | null | undefined
}
export const commandAnswerGuard: Guard<CommandAnswer> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), result: outcomeGuard, seq: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ number())), offset: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ number())), code: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ string())), reason: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ string())), current: /* @__PURE__ */ optional(/* @__PURE__ */ nullable(/* @__PURE__ */ record(/* @__PURE__ */ unknown()))) })

/** How long a ticket has waited, by the thresholds of its station. */
export type Age = 'fresh' | 'warn' | 'late'
export const ageGuard: Guard<Age> = /* @__PURE__ */ literal('fresh', 'warn', 'late')

/** One ticket as in the room `kitchen`, and how long it has waited. */
export interface TicketsTicketAnswer {
  ticket: Record<string, unknown>
  age: Age
  age_seconds: number
}
export const ticketsTicketAnswerGuard: Guard<TicketsTicketAnswer> = /* @__PURE__ */ object({ ticket: /* @__PURE__ */ record(/* @__PURE__ */ unknown()), age: ageGuard, age_seconds: /* @__PURE__ */ number() })

/** What is on a screen, the oldest first. */
export interface TicketList {
  tickets: TicketsTicketAnswer[]
}
export const ticketListGuard: Guard<TicketList> = /* @__PURE__ */ object({ tickets: /* @__PURE__ */ array(ticketsTicketAnswerGuard) })

/** So many of one dish wait at one station. */
export interface CountAnswer {
  station: string
  item: string
  variation: string | null
  name: Record<string, string>
  variation_name: Record<string, string> | null
  quantity: number
}
export const countAnswerGuard: Guard<CountAnswer> = /* @__PURE__ */ object({ station: /* @__PURE__ */ string(), item: /* @__PURE__ */ string(), variation: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), name: /* @__PURE__ */ record(/* @__PURE__ */ string()), variation_name: /* @__PURE__ */ nullable(/* @__PURE__ */ record(/* @__PURE__ */ string())), quantity: /* @__PURE__ */ number() })

/** What still has to be cooked, by station and dish. */
export interface AllDay {
  counts: CountAnswer[]
}
export const allDayGuard: Guard<AllDay> = /* @__PURE__ */ object({ counts: /* @__PURE__ */ array(countAnswerGuard) })

/** How far one screen has seen the events of one room. */
export interface DeliveryProof {
  room: string
  screen: string
  epoch: string
  offset: number
  behind: number
  at: string
}
export const deliveryProofGuard: Guard<DeliveryProof> = /* @__PURE__ */ object({ room: /* @__PURE__ */ string(), screen: /* @__PURE__ */ string(), epoch: /* @__PURE__ */ string(), offset: /* @__PURE__ */ number(), behind: /* @__PURE__ */ number(), at: /* @__PURE__ */ string() })

/** The proof of delivery, by room and screen. */
export interface DeliveryProofs {
  screens: DeliveryProof[]
}
export const deliveryProofsGuard: Guard<DeliveryProofs> = /* @__PURE__ */ object({ screens: /* @__PURE__ */ array(deliveryProofGuard) })

/** What is sold out or counted, by target; as in the room `stock`. */
export interface StockList {
  stock: Record<string, unknown>[]
}
export const stockListGuard: Guard<StockList> = /* @__PURE__ */ object({ stock: /* @__PURE__ */ array(/* @__PURE__ */ record(/* @__PURE__ */ unknown())) })

/** What was changed. */
export interface ErasureAnswer {
  restaurant: string
  pseudonym: string
  changed: Record<string, number>
  stays: string[]
}
export const erasureAnswerGuard: Guard<ErasureAnswer> = /* @__PURE__ */ object({ restaurant: /* @__PURE__ */ string(), pseudonym: /* @__PURE__ */ string(), changed: /* @__PURE__ */ record(/* @__PURE__ */ number()), stays: /* @__PURE__ */ array(/* @__PURE__ */ string()) })

/** The process that answered. */
export interface ProcessAnswer {
  version: string
  build: string
  started_at_ms: number
  uptime_seconds: number
  memory_bytes: number | null
  cpu_share: number | null
  loop_lag_ms: number | null
}
export const processAnswerGuard: Guard<ProcessAnswer> = /* @__PURE__ */ object({ version: /* @__PURE__ */ string(), build: /* @__PURE__ */ string(), started_at_ms: /* @__PURE__ */ number(), uptime_seconds: /* @__PURE__ */ number(), memory_bytes: /* @__PURE__ */ nullable(/* @__PURE__ */ number()), cpu_share: /* @__PURE__ */ nullable(/* @__PURE__ */ number()), loop_lag_ms: /* @__PURE__ */ nullable(/* @__PURE__ */ number()) })

/** How many sockets and event streams are open. */
export interface ConnectionCounts {
  total: number
  limit: number
  people: number
  by_door: Record<string, number>
  slow: number
  old: number
}
export const connectionCountsGuard: Guard<ConnectionCounts> = /* @__PURE__ */ object({ total: /* @__PURE__ */ number(), limit: /* @__PURE__ */ number(), people: /* @__PURE__ */ number(), by_door: /* @__PURE__ */ record(/* @__PURE__ */ number()), slow: /* @__PURE__ */ number(), old: /* @__PURE__ */ number() })

/** How many rooms are open. */
export interface RoomCounts {
  documents: number
  events: number
  read_only: number
  slow_seats: number
}
export const roomCountsGuard: Guard<RoomCounts> = /* @__PURE__ */ object({ documents: /* @__PURE__ */ number(), events: /* @__PURE__ */ number(), read_only: /* @__PURE__ */ number(), slow_seats: /* @__PURE__ */ number() })

/** What saving is like. */
export interface StoreAnswer {
  state: string
  kind: string
  last_commit_at_ms: number | null
  waiting: number
  waiting_commands: number
}
export const storeAnswerGuard: Guard<StoreAnswer> = /* @__PURE__ */ object({ state: /* @__PURE__ */ string(), kind: /* @__PURE__ */ string(), last_commit_at_ms: /* @__PURE__ */ nullable(/* @__PURE__ */ number()), waiting: /* @__PURE__ */ number(), waiting_commands: /* @__PURE__ */ number() })

/** Commands about orders and stock since the start. */
export interface CommandCounts {
  results: Record<string, number>
  duplicates: number
  rejections: Record<string, number>
}
export const commandCountsGuard: Guard<CommandCounts> = /* @__PURE__ */ object({ results: /* @__PURE__ */ record(/* @__PURE__ */ number()), duplicates: /* @__PURE__ */ number(), rejections: /* @__PURE__ */ record(/* @__PURE__ */ number()) })

/** The server at a glance. */
export interface OperationsAnswer {
  at_ms: number
  process: ProcessAnswer
  connections: ConnectionCounts
  rooms: RoomCounts
  store: StoreAnswer
  commands: CommandCounts
  updates: number
  deliveries: number
  refusals: Record<string, number>
}
export const operationsAnswerGuard: Guard<OperationsAnswer> = /* @__PURE__ */ object({ at_ms: /* @__PURE__ */ number(), process: processAnswerGuard, connections: connectionCountsGuard, rooms: roomCountsGuard, store: storeAnswerGuard, commands: commandCountsGuard, updates: /* @__PURE__ */ number(), deliveries: /* @__PURE__ */ number(), refusals: /* @__PURE__ */ record(/* @__PURE__ */ number()) })

/** The seconds of the last five minutes that come after the one asked for, as columns. */
export interface FiguresAnswer {
  at_ms: number[]
  updates: number[]
  commands: number[]
  deliveries: number[]
  p50_ms: (number | null)[]
  p95_ms: (number | null)[]
  p99_ms: (number | null)[]
  lag_ms: (number | null)[]
  memory_bytes: (number | null)[]
  cpu_share: number[]
  kept_seconds: number
}
export const figuresAnswerGuard: Guard<FiguresAnswer> = /* @__PURE__ */ object({ at_ms: /* @__PURE__ */ array(/* @__PURE__ */ number()), updates: /* @__PURE__ */ array(/* @__PURE__ */ number()), commands: /* @__PURE__ */ array(/* @__PURE__ */ number()), deliveries: /* @__PURE__ */ array(/* @__PURE__ */ number()), p50_ms: /* @__PURE__ */ array(/* @__PURE__ */ nullable(/* @__PURE__ */ number())), p95_ms: /* @__PURE__ */ array(/* @__PURE__ */ nullable(/* @__PURE__ */ number())), p99_ms: /* @__PURE__ */ array(/* @__PURE__ */ nullable(/* @__PURE__ */ number())), lag_ms: /* @__PURE__ */ array(/* @__PURE__ */ nullable(/* @__PURE__ */ number())), memory_bytes: /* @__PURE__ */ array(/* @__PURE__ */ nullable(/* @__PURE__ */ number())), cpu_share: /* @__PURE__ */ array(/* @__PURE__ */ number()), kept_seconds: /* @__PURE__ */ number() })

/** One document or event room in memory. */
export interface OpenRoom {
  id: string
  kind: string
  title: string | null
  restaurant: string | null
  people: number
  connections: number
  slow: number
  is_document: boolean
  is_open: boolean
  is_read_only: boolean
  size_bytes: number | null
  per_second_10: number
  per_second_60: number
  saved_at_ms: number | null
  waiting: number
}
export const openRoomGuard: Guard<OpenRoom> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), kind: /* @__PURE__ */ string(), title: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), restaurant: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), people: /* @__PURE__ */ number(), connections: /* @__PURE__ */ number(), slow: /* @__PURE__ */ number(), is_document: /* @__PURE__ */ boolean(), is_open: /* @__PURE__ */ boolean(), is_read_only: /* @__PURE__ */ boolean(), size_bytes: /* @__PURE__ */ nullable(/* @__PURE__ */ number()), per_second_10: /* @__PURE__ */ number(), per_second_60: /* @__PURE__ */ number(), saved_at_ms: /* @__PURE__ */ nullable(/* @__PURE__ */ number()), waiting: /* @__PURE__ */ number() })

/** The rooms that the asker may see. */
export interface OpenRoomList {
  rooms: OpenRoom[]
  at_ms: number
}
export const openRoomListGuard: Guard<OpenRoomList> = /* @__PURE__ */ object({ rooms: /* @__PURE__ */ array(openRoomGuard), at_ms: /* @__PURE__ */ number() })

/** One socket or event stream. */
export interface OpenConnection {
  id: string
  user: string | null
  name: string | null
  roles: string[]
  restaurant: string | null
  device: string
  app: string
  is_old: boolean
  door: string
  since_ms: number
  status: string
  rtt_ms: number | null
  unsynced: number | null
  is_slow: boolean
  rooms: string[]
}
export const openConnectionGuard: Guard<OpenConnection> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), user: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), name: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), roles: /* @__PURE__ */ array(/* @__PURE__ */ string()), restaurant: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), device: /* @__PURE__ */ string(), app: /* @__PURE__ */ string(), is_old: /* @__PURE__ */ boolean(), door: /* @__PURE__ */ string(), since_ms: /* @__PURE__ */ number(), status: /* @__PURE__ */ string(), rtt_ms: /* @__PURE__ */ nullable(/* @__PURE__ */ number()), unsynced: /* @__PURE__ */ nullable(/* @__PURE__ */ number()), is_slow: /* @__PURE__ */ boolean(), rooms: /* @__PURE__ */ array(/* @__PURE__ */ string()) })

/** Some connections, and how many there are. */
export interface OpenConnectionList {
  connections: OpenConnection[]
  total: number
  at_ms: number
}
export const openConnectionListGuard: Guard<OpenConnectionList> = /* @__PURE__ */ object({ connections: /* @__PURE__ */ array(openConnectionGuard), total: /* @__PURE__ */ number(), at_ms: /* @__PURE__ */ number() })

/** For whoever helps from afar: no names, no ids, no contents, no secrets. */
export interface DiagnosticsAnswer {
  at_ms: number
  versions: Record<string, string>
  settings: Record<string, unknown>
  operations: OperationsAnswer
  connections: Record<string, unknown>[]
  rooms: Record<string, unknown>[]
  last_minutes: Record<string, unknown>
}
export const diagnosticsAnswerGuard: Guard<DiagnosticsAnswer> = /* @__PURE__ */ object({ at_ms: /* @__PURE__ */ number(), versions: /* @__PURE__ */ record(/* @__PURE__ */ string()), settings: /* @__PURE__ */ record(/* @__PURE__ */ unknown()), operations: operationsAnswerGuard, connections: /* @__PURE__ */ array(/* @__PURE__ */ record(/* @__PURE__ */ unknown())), rooms: /* @__PURE__ */ array(/* @__PURE__ */ record(/* @__PURE__ */ unknown())), last_minutes: /* @__PURE__ */ record(/* @__PURE__ */ unknown()) })

/** What an action did: to so many connections; of a snapshot: 1 when one was made. */
export interface Operated {
  count: number
}
export const operatedGuard: Guard<Operated> = /* @__PURE__ */ object({ count: /* @__PURE__ */ number() })

/** One connection, past or present. */
export interface SessionAnswer {
  id: string
  user: string
  name: string
  door: string
  status: SessionStatus
  started_at: string
  last_activity_at: string
  restaurant: string
  resource_type: string
  resource: string
  ended_at: string | null
  metadata: Record<string, string>
}
export const sessionAnswerGuard: Guard<SessionAnswer> = /* @__PURE__ */ object({ id: /* @__PURE__ */ string(), user: /* @__PURE__ */ string(), name: /* @__PURE__ */ string(), door: /* @__PURE__ */ string(), status: sessionStatusGuard, started_at: /* @__PURE__ */ string(), last_activity_at: /* @__PURE__ */ string(), restaurant: /* @__PURE__ */ string(), resource_type: /* @__PURE__ */ string(), resource: /* @__PURE__ */ string(), ended_at: /* @__PURE__ */ nullable(/* @__PURE__ */ string()), metadata: /* @__PURE__ */ record(/* @__PURE__ */ string()) })

/** One page of sessions by id; `next` is the `after` of the next page. */
export interface SessionList {
  sessions: SessionAnswer[]
  next: string | null
}
export const sessionListGuard: Guard<SessionList> = /* @__PURE__ */ object({ sessions: /* @__PURE__ */ array(sessionAnswerGuard), next: /* @__PURE__ */ nullable(/* @__PURE__ */ string()) })

/** A one-time ticket for `?ticket=`. */
export interface ModelsTicketAnswer {
  ticket: string
  expires_in_seconds: number
}
export const modelsTicketAnswerGuard: Guard<ModelsTicketAnswer> = /* @__PURE__ */ object({ ticket: /* @__PURE__ */ string(), expires_in_seconds: /* @__PURE__ */ number() })

/** A fresh token; it is in the cookie too. */
export interface TokenAnswer {
  token: string
  expires_in_seconds: number
}
export const tokenAnswerGuard: Guard<TokenAnswer> = /* @__PURE__ */ object({ token: /* @__PURE__ */ string(), expires_in_seconds: /* @__PURE__ */ number() })

/** Who was shut out of which restaurant. */
export interface RevocationAnswer {
  kind: RevocationKind
  value: string
  restaurant: string
}
export const revocationAnswerGuard: Guard<RevocationAnswer> = /* @__PURE__ */ object({ kind: revocationKindGuard, value: /* @__PURE__ */ string(), restaurant: /* @__PURE__ */ string() })

/** A y-sweet client token. */
export interface YSweetAnswer {
  url: string
  baseUrl: string
  docId: string
  token: string
  authorization: string
}
export const ySweetAnswerGuard: Guard<YSweetAnswer> = /* @__PURE__ */ object({ url: /* @__PURE__ */ string(), baseUrl: /* @__PURE__ */ string(), docId: /* @__PURE__ */ string(), token: /* @__PURE__ */ string(), authorization: /* @__PURE__ */ string() })

/** The frames of the server: op -> content. */
export interface ServerFrames {
  welcome: Welcome
  role: RoleFrame
  subd: Subd | DocumentSubd
  ev: Ev
  sync: Sync
  saved: Saved
  res: Res
  gap: Gap
  notice: Notice
  said: Said
  pong: Pong
  bye: Bye
}

export const serverFrames: { readonly [T in keyof ServerFrames]: Guard<ServerFrames[T]> } = {
  welcome: welcomeGuard,
  role: roleFrameGuard,
  subd: /* @__PURE__ */ union(subdGuard, documentSubdGuard),
  ev: evGuard,
  sync: syncGuard,
  saved: savedGuard,
  res: resGuard,
  gap: gapGuard,
  notice: noticeGuard,
  said: saidGuard,
  pong: pongGuard,
  bye: byeGuard,
}

/** The frames of a client: op -> content. */
export interface ClientFrames {
  hello: Hello
  token: Token
  sub: Sub
  unsub: Unsub
  mark: Mark
  seen: Seen
  say: Say
  cmd: Cmd
  ping: Ping
  sync: { h: number; data: Uint8Array }
}

/** The commands: type -> body. */
export interface CommandBodies {
  'order.open': OpenOrder
  'order.place': PlaceOrder
  'order.close': CloseOrder
  'order.reopen': Nothing
  'line.add': AddLine
  'line.change': ChangeLine
  'line.remove': OneLine
  'line.start': OneLine
  'line.ready': OneLine
  'line.serve': OneLine
  'line.recall': OneLine
  'line.void': LineWithReason
  'line.reject': LineWithReason
  'line.comp': LineWithReason
  'ticket.start': OneTicket
  'ticket.bump': OneTicket
  'ticket.recall': OneTicket
  'course.fire': OneCourse
  'course.hold': OneCourse
  'note.add': AddNote
  'bill.request': Nothing
  'payment.record': Pay
  'payment.refund': Pay
  'staff.assign': OneUser
  'staff.unassign': OneUser
  'item.86': SellOut
  'item.un86': OneTarget
  'stock.set': SetStock
  'lock.ask': LockBody
  'lock.break': LockBody
  'lock.release': LockBody
  'lock.renew': LockBody
  'lock.take': LockBody
  'presence.set': { status: 'active' | 'away' | 'idle' }
}

export type CommandType = keyof CommandBodies

/** The events of rooms of kind `order`: type -> body. */
export interface OrderEvents {
  'order.opened': OrderOpened
  'line.added': LineTold
  'line.changed': LineTold
  'line.removed': LineRemoved
  'order.placed': LinesMoved
  'line.fired': LinesMoved
  'course.held': LinesMoved
  'line.started': LinesMoved
  'line.ready': LinesMoved
  'line.served': LinesMoved
  'line.recalled': LinesMoved
  'line.rejected': LinesMoved
  'line.voided': LinesMoved
  'line.comped': LinesMoved
  'line.void_asked': LinesMoved
  'ticket.cleared': LinesMoved
  'note.added': NoteTold
  'payment.recorded': PaymentTold
  'payment.refunded': PaymentTold
  'bill.requested': OrderTold
  'staff.assigned': OrderTold
  'staff.unassigned': OrderTold
  'order.closed': OrderTold
  'order.reopened': OrderTold
}

export const orderEvents: { readonly [T in keyof OrderEvents]: Guard<OrderEvents[T]> } = {
  'order.opened': orderOpenedGuard,
  'line.added': lineToldGuard,
  'line.changed': lineToldGuard,
  'line.removed': lineRemovedGuard,
  'order.placed': linesMovedGuard,
  'line.fired': linesMovedGuard,
  'course.held': linesMovedGuard,
  'line.started': linesMovedGuard,
  'line.ready': linesMovedGuard,
  'line.served': linesMovedGuard,
  'line.recalled': linesMovedGuard,
  'line.rejected': linesMovedGuard,
  'line.voided': linesMovedGuard,
  'line.comped': linesMovedGuard,
  'line.void_asked': linesMovedGuard,
  'ticket.cleared': linesMovedGuard,
  'note.added': noteToldGuard,
  'payment.recorded': paymentToldGuard,
  'payment.refunded': paymentToldGuard,
  'bill.requested': orderToldGuard,
  'staff.assigned': orderToldGuard,
  'staff.unassigned': orderToldGuard,
  'order.closed': orderToldGuard,
  'order.reopened': orderToldGuard,
}

/** The events of rooms of kind `kitchen`: type -> body. */
export interface KitchenEvents {
  'ticket.opened': TicketTold
  'ticket.changed': TicketTold
  'ticket.closed': TicketTold
  'queue.updated': QueueUpdated
  'metrics.updated': KitchenMetrics
}

export const kitchenEvents: { readonly [T in keyof KitchenEvents]: Guard<KitchenEvents[T]> } = {
  'ticket.opened': ticketToldGuard,
  'ticket.changed': ticketToldGuard,
  'ticket.closed': ticketToldGuard,
  'queue.updated': queueUpdatedGuard,
  'metrics.updated': kitchenMetricsGuard,
}

/** The events of rooms of kind `stock`: type -> body. */
export interface StockEvents {
  'item.86': StockView
  'item.un86': StockView
  'stock.set': StockView
  'stock.counted': StockView
  'stock.low': StockView
}

export const stockEvents: { readonly [T in keyof StockEvents]: Guard<StockEvents[T]> } = {
  'item.86': stockViewGuard,
  'item.un86': stockViewGuard,
  'stock.set': stockViewGuard,
  'stock.counted': stockViewGuard,
  'stock.low': stockViewGuard,
}

/** The events of rooms of kind `floor`: type -> body. */
export interface FloorEvents {
  'order.opened': FloorTold
  'line.added': FloorTold
  'line.changed': FloorTold
  'line.removed': FloorTold
  'order.placed': FloorTold
  'line.fired': FloorTold
  'course.held': FloorTold
  'line.started': FloorTold
  'line.ready': FloorTold
  'line.served': FloorTold
  'line.recalled': FloorTold
  'line.rejected': FloorTold
  'line.voided': FloorTold
  'line.comped': FloorTold
  'line.void_asked': FloorTold
  'ticket.cleared': FloorTold
  'note.added': FloorTold
  'payment.recorded': FloorTold
  'payment.refunded': FloorTold
  'bill.requested': FloorTold
  'staff.assigned': FloorTold
  'staff.unassigned': FloorTold
  'order.closed': FloorTold
  'order.reopened': FloorTold
  'item.86': StockView
  'item.un86': StockView
  'stock.set': StockView
  'stock.counted': StockView
  'stock.low': StockView
  'alarm.raised': Alarm
  'alarm.cleared': AlarmCleared
}

export const floorEvents: { readonly [T in keyof FloorEvents]: Guard<FloorEvents[T]> } = {
  'order.opened': floorToldGuard,
  'line.added': floorToldGuard,
  'line.changed': floorToldGuard,
  'line.removed': floorToldGuard,
  'order.placed': floorToldGuard,
  'line.fired': floorToldGuard,
  'course.held': floorToldGuard,
  'line.started': floorToldGuard,
  'line.ready': floorToldGuard,
  'line.served': floorToldGuard,
  'line.recalled': floorToldGuard,
  'line.rejected': floorToldGuard,
  'line.voided': floorToldGuard,
  'line.comped': floorToldGuard,
  'line.void_asked': floorToldGuard,
  'ticket.cleared': floorToldGuard,
  'note.added': floorToldGuard,
  'payment.recorded': floorToldGuard,
  'payment.refunded': floorToldGuard,
  'bill.requested': floorToldGuard,
  'staff.assigned': floorToldGuard,
  'staff.unassigned': floorToldGuard,
  'order.closed': floorToldGuard,
  'order.reopened': floorToldGuard,
  'item.86': stockViewGuard,
  'item.un86': stockViewGuard,
  'stock.set': stockViewGuard,
  'stock.counted': stockViewGuard,
  'stock.low': stockViewGuard,
  'alarm.raised': alarmGuard,
  'alarm.cleared': alarmClearedGuard,
}

/** The events of rooms of kind `user`: type -> body. */
export interface UserEvents {
  'staff.assigned': UserTold
  'staff.unassigned': UserTold
  'line.ready': UserTold
  'line.rejected': UserTold
  'line.void_asked': UserTold
}

export const userEvents: { readonly [T in keyof UserEvents]: Guard<UserEvents[T]> } = {
  'staff.assigned': userToldGuard,
  'staff.unassigned': userToldGuard,
  'line.ready': userToldGuard,
  'line.rejected': userToldGuard,
  'line.void_asked': userToldGuard,
}

/** The events of rooms of kind `presence`: type -> body. */
export interface PresenceEvents {
  'person.joined': PersonView
  'person.changed': PersonView
  'person.left': PersonView
}

export const presenceEvents: { readonly [T in keyof PresenceEvents]: Guard<PresenceEvents[T]> } = {
  'person.joined': personViewGuard,
  'person.changed': personViewGuard,
  'person.left': personViewGuard,
}

/** The events of rooms of kind `menu`: type -> body. */
export interface MenuEvents {
  'lock.taken': LockTold
  'lock.released': LockTold
  'lock.broken': LockTold
  'lock.asked': LockTold
  'lock.expired': LockTold
  'lock.strict': LocksStrict
  'conflict.opened': ConflictTold
  'conflict.changed': ConflictTold
  'conflict.closed': ConflictTold
  'menu.changed': MenuChanged
  'menu.effective': Effective
  'menu.published': MenuPublished
  'publication.cancelled': PublicationCancelled
  'menu.renamed': MenuRenamed
  'menu.renewed': MenuRenewed
  'menu.shared': MenuShared
  'menu.unshared': MenuShared
  'menu.overridden': MenuOverridden
}

export const menuEvents: { readonly [T in keyof MenuEvents]: Guard<MenuEvents[T]> } = {
  'lock.taken': lockToldGuard,
  'lock.released': lockToldGuard,
  'lock.broken': lockToldGuard,
  'lock.asked': lockToldGuard,
  'lock.expired': lockToldGuard,
  'lock.strict': locksStrictGuard,
  'conflict.opened': conflictToldGuard,
  'conflict.changed': conflictToldGuard,
  'conflict.closed': conflictToldGuard,
  'menu.changed': menuChangedGuard,
  'menu.effective': effectiveGuard,
  'menu.published': menuPublishedGuard,
  'publication.cancelled': publicationCancelledGuard,
  'menu.renamed': menuRenamedGuard,
  'menu.renewed': menuRenewedGuard,
  'menu.shared': menuSharedGuard,
  'menu.unshared': menuSharedGuard,
  'menu.overridden': menuOverriddenGuard,
}
