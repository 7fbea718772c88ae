// A search box that clears with its button or with Escape.

import type { Ref } from 'preact'
import { Icon } from './icons'
import { uiText } from './texts'

export interface SearchFieldProps {
  label: string
  value: string
  onValue: (value: string) => void
  placeholder?: string | undefined
  inputRef?: Ref<HTMLInputElement> | undefined
  onEnter?: (() => void) | undefined
}

/** Its label is said, not shown. */
export function SearchField({ label, value, onValue, placeholder, inputRef, onEnter }: SearchFieldProps) {
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Enter') onEnter?.()
    if (event.key !== 'Escape' || value === '') return
    event.preventDefault()
    event.stopPropagation()
    onValue('')
  }
  return (
    <search class="search-field">
      <Icon name="search" size={18} />
      <input
        type="search"
        class="input"
        dir="auto"
        autocomplete="off"
        aria-label={label}
        placeholder={placeholder ?? label}
        value={value}
        {...(inputRef === undefined ? {} : { ref: inputRef })}
        onInput={(event) => onValue(event.currentTarget.value)}
        onKeyDown={keys}
      />
      {value !== '' && (
        <button type="button" class="search-clear" aria-label={uiText('clearSearch')} onClick={() => onValue('')}>
          <Icon name="close" size={16} />
        </button>
      )}
    </search>
  )
}
