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
  paintBrowser(chosen)
  try {
    localStorage.setItem(STORED, chosen)
  } catch {
    // A browser that keeps nothing starts with its own appearance again.
  }
})

// The bar of the browser goes with the page: each page names a colour for light and one for dark.
function paintBrowser(chosen: Theme): void {
  const light = document.querySelector<HTMLMetaElement>('meta[name=theme-color]')
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
    const isDark = meta !== light
    meta.media =
      chosen === 'auto'
        ? `(prefers-color-scheme: ${isDark ? 'dark' : 'light'})`
        : (chosen === 'dark') === isDark
          ? 'all'
          : 'not all'
  }
}

function stored(): Theme {
  try {
    const value = new URLSearchParams(location.search).get('theme') ?? localStorage.getItem(STORED)
    return value === 'light' || value === 'dark' ? value : 'auto'
  } catch {
    return 'auto'
  }
}
