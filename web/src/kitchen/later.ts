// Parts of the screen that are not needed for the first picture: loaded when the page has time, so that they are
// there when the network is not.

import { signal } from '@preact/signals'
import { createElement, type FunctionComponent } from 'preact'

const waiting: (() => Promise<void>)[] = []

/** A component whose script comes later; until then nothing is shown. */
export function later<P extends object>(load: () => Promise<FunctionComponent<P>>): FunctionComponent<P> {
  const loaded = signal<{ readonly component: FunctionComponent<P> } | null>(null)
  const fetch = async (): Promise<void> => {
    if (loaded.peek() === null) loaded.value = { component: await load() }
  }
  waiting.push(fetch)
  return (props) => {
    const part = loaded.value
    if (part !== null) return createElement(part.component, props)
    void fetch().catch(() => undefined) // Without a network it is tried again with the next press.
    return null
  }
}

/** Loads all of them now. */
export async function loadTheRest(): Promise<void> {
  await Promise.allSettled(waiting.map((fetch) => fetch()))
}
