// The service worker that lets pages start without a network, and how a new version takes over:
// only when somebody asks for it, in all tabs at once, after everything is on the device.
// At an address that is not secure there is no worker; then only the server's word tells of a new version.

import { type ReadonlySignal, signal } from '@preact/signals'

const WORKER = '/sw.js'
const LOOK_EVERY_MS = 60 * 60 * 1000
const LOOK_AT_MOST_MS = 5 * 60 * 1000
const TAKE_OVER_MS = 4_000
/** What the page says to the worker that waits. */
export const SKIP_WAITING = 'skip-waiting'

export interface Pages {
  /** A new version is here and waits to be asked. */
  readonly hasUpdate: ReadonlySignal<boolean>
  /** Looks for a new version, not too often. */
  look(): void
  /** Lets it take over and loads this page anew. */
  takeOver(): Promise<void>
  close(): void
}

/** The build that this page is from, as its address says; '' where it says nothing. */
export const ownBuild: string = /\/assets\/([^/]+)\//.exec(import.meta.url)?.[1] ?? ''

/** Registers the worker. beforeReload: called in every tab when another version has taken over; false stays. */
export function openPages(beforeReload: () => Promise<boolean>): Pages {
  const workers = typeof navigator === 'undefined' ? undefined : navigator.serviceWorker
  return window.isSecureContext && workers !== undefined ? new WorkerPages(workers, beforeReload) : NO_WORKER
}

const NO_WORKER: Pages = {
  hasUpdate: signal(false),
  look() {},
  async takeOver() {
    location.reload()
  },
  close() {},
}

class WorkerPages implements Pages {
  readonly hasUpdate = signal(false)
  readonly #timer: ReturnType<typeof setInterval>
  #registration: ServiceWorkerRegistration | null = null
  #hadWorker: boolean
  #lookedMs = Date.now()
  #isReloading = false

  constructor(
    private readonly workers: ServiceWorkerContainer,
    private readonly beforeReload: () => Promise<boolean>,
  ) {
    this.#hadWorker = workers.controller !== null
    workers.addEventListener('controllerchange', this.#changed)
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS)
    void this.#register()
  }

  look(): void {
    if (Date.now() - this.#lookedMs < LOOK_AT_MOST_MS) return
    this.#lookedMs = Date.now()
    this.#registration?.update().catch(() => {}) // without a network there is nothing new
  }

  async takeOver(): Promise<void> {
    const waiting = this.#registration?.waiting
    if (!waiting) return location.reload()
    waiting.postMessage(SKIP_WAITING)
    // `controllerchange` reloads; a worker that does not answer must not leave the button dead.
    setTimeout(() => location.reload(), TAKE_OVER_MS)
  }

  close(): void {
    clearInterval(this.#timer)
    this.workers.removeEventListener('controllerchange', this.#changed)
  }

  async #register(): Promise<void> {
    try {
      const registration = await this.workers.register(WORKER)
      this.#registration = registration
      this.#watch(registration)
      registration.addEventListener('updatefound', () => this.#watch(registration))
    } catch {
      // No worker: the page works, only a start without a network does not.
    }
  }

  /** A worker that waits beside one that is in charge is a new version; the very first one is not. */
  #watch(registration: ServiceWorkerRegistration): void {
    const look = (): void => {
      this.hasUpdate.value = registration.waiting !== null && this.workers.controller !== null
    }
    registration.installing?.addEventListener('statechange', look)
    look()
  }

  readonly #changed = (): void => {
    const isFirst = !this.#hadWorker
    this.#hadWorker = true
    if (isFirst || this.#isReloading) return
    this.#isReloading = true
    void this.beforeReload().then((may) => {
      if (may) location.reload()
      else this.#isReloading = false
    })
  }
}
