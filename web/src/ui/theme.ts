// Light, dark, or as the device says; kept on the device. tokens.css reads `data-theme`.

import { effect, type Signal, signal } from '@preact/signals'

export type Theme = 'auto' | 'light' | 'dark'

const STORED = 'mirepoix.theme'

/** The chosen appearance. Writing it changes the page and is kept. */
export const theme: Signal<Theme> = signal(stored())

effect(() => {
  const chosen = theme.value
  if (chosen === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = chosen
  try {
    localStorage.setItem(STORED, chosen)
  } catch {
    // A browser that keeps nothing starts with its own appearance again.
  }
})

function stored(): Theme {
  try {
    const value = new URLSearchParams(location.search).get('theme') ?? localStorage.getItem(STORED)
    return value === 'light' || value === 'dark' ? value : 'auto'
  } catch {
    return 'auto'
  }
}
