// A register of a dish as a field, in the tabs of its details: what is committed is written at once.

import type { Item } from '../../menu/menu'
import { useEditor } from '../state'
import { RegisterField, type RegisterFieldProps } from './register-field'

type Shared = 'container' | 'id' | 'register' | 'value' | 'onCommit'

export interface ItemRegisterProps extends Omit<RegisterFieldProps, Shared> {
  item: Item
  register: keyof Item['numbers'] | 'station'
}

/** The field; `number` says how a number is typed. */
export function ItemRegister({ item, register, ...rest }: ItemRegisterProps) {
  const editor = useEditor()
  return (
    <RegisterField
      {...rest}
      container="items"
      id={item.id}
      register={register}
      value={register === 'station' ? item.station : item.numbers[register]}
      onCommit={(value) => void editor.edits.setItem(item.id, register, value)}
    />
  )
}
