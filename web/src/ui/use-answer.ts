// What a component asked the server for: loading, the answer, or why there is none.

import { useEffect, useRef, useState } from 'preact/hooks'

export interface Answer<T> {
  /** The last answer; kept while it is asked for again. */
  readonly value: T | null
  readonly error: unknown
  readonly isLoading: boolean
  reload(): void
  /** Replaces the answer by what is known meanwhile. */
  set(value: T): void
}

/** Asks at once, and again when a dependency changes or `reload` is called. */
export function useAnswer<T>(ask: (signal: AbortSignal) => Promise<T>, dependencies: readonly unknown[]): Answer<T> {
  const [state, setState] = useState<{ value: T | null; error: unknown; isLoading: boolean }>({
    value: null,
    error: null,
    isLoading: true,
  })
  const [round, setRound] = useState(0)
  const newest = useRef(ask)
  newest.current = ask
  useEffect(() => {
    const stop = new AbortController()
    setState((before) => ({ ...before, isLoading: true }))
    newest.current(stop.signal).then(
      (value) => stop.signal.aborted || setState({ value, error: null, isLoading: false }),
      (error) => stop.signal.aborted || setState((before) => ({ ...before, error, isLoading: false })),
    )
    return () => stop.abort()
  }, [round, ...dependencies])
  return {
    ...state,
    reload: () => setRound((before) => before + 1),
    set: (value) => setState({ value, error: null, isLoading: false }),
  }
}
