// What every room says of a line of an order and of what was chosen with it. The rooms of a table add
// the money; those of the kitchen have none.

import { array, nullable, number, record, string } from './guard'

/** Fields for `object({ ...LINE_FIELDS, more })`. */
export const LINE_FIELDS = {
  id: string(),
  item_id: string(),
  name: record(string()),
  variation_id: nullable(string()),
  variation_name: nullable(record(string())),
  quantity: number(),
  allergens: array(string()),
  may_contain: array(string()),
  seat: string(),
  note: string(),
  reason: string(),
}

/** The same for an option of a line. */
export const OPTION_FIELDS = {
  group_id: string(),
  option_id: string(),
  name: record(string()),
  quantity: number(),
}
