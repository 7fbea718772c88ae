// One line or several of text. What users write keeps its own direction (`dir="auto"`).

import {
  h,
  type PartialInputHTMLAttributes,
  type Ref,
  type TargetedInputEvent,
  type TextareaHTMLAttributes,
} from 'preact'
import { useFieldTies } from './Field'

type Common = { value: string; onValue: (value: string) => void; class?: string | undefined }

export interface TextInputProps
  extends Omit<PartialInputHTMLAttributes<HTMLInputElement>, 'value' | 'onInput' | 'class' | 'role' | 'type'>,
    Common {
  inputRef?: Ref<HTMLInputElement> | undefined
  type?: 'text' | 'url' | 'email' | 'tel' | 'number' | 'time' | 'date' | 'datetime-local' | undefined
  /** Shown inside at the end, such as a unit or a currency. */
  suffix?: string | undefined
}

/** A line of text. onValue: at every keystroke. */
export function TextInput({ value, onValue, inputRef, suffix, type = 'text', class: extra, ...rest }: TextInputProps) {
  // The type of <input> in JSX differs with each `type`; here that is a value.
  const input = h('input', {
    dir: 'auto',
    ...useFieldTies(),
    ...rest,
    type,
    ...(inputRef === undefined ? {} : { ref: inputRef }),
    class: ['input', extra].filter(Boolean).join(' '),
    value,
    onInput: (event: TargetedInputEvent<HTMLInputElement>) => onValue(event.currentTarget.value),
  })
  if (suffix === undefined) return input
  return (
    <span class="input-with-suffix">
      {input}
      <span class="input-suffix" aria-hidden="true">
        {suffix}
      </span>
    </span>
  )
}

export interface TextAreaProps
  extends Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'value' | 'onInput' | 'class'>,
    Common {}

/** Several lines of text. */
export function TextArea({ value, onValue, class: extra, ...rest }: TextAreaProps) {
  return (
    <textarea
      dir="auto"
      rows={3}
      {...useFieldTies()}
      {...rest}
      class={['input', 'input-area', extra].filter(Boolean).join(' ')}
      value={value}
      onInput={(event) => onValue(event.currentTarget.value)}
    />
  )
}
