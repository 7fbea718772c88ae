// A page that is left may be put aside whole, for the way back. WebKit puts it aside with the
// transactions that it has open: those never end then, and every other page waits for them, even after
// a reload (seen in 2.50; Chromium and Firefox let them end). So in WebKit they are aborted when the
// page goes, and begin anew when it is shown again.

interface Abortable {
  abort(): void
}

/** The open transactions of a page. isNeeded: whether the browser is one that leaves them open. */
export class PuttingAside {
  /** How often this page was put aside: work during which it grew was aborted. */
  times = 0
  readonly #open = new Set<Abortable>()
  #shown: Promise<void> = Promise.resolve()
  #show: () => void = () => {}

  constructor(private readonly isNeeded: boolean = isWebKit()) {
    window.addEventListener('pagehide', this.#leave)
    window.addEventListener('pageshow', this.#return)
  }

  /** Resolves when something may begin: at once, unless the page is put aside. */
  here(): Promise<void> {
    return this.#shown
  }

  /** Remembers a transaction until it has ended. */
  begun(transaction: Abortable & { readonly done: Promise<unknown> }): void {
    this.#open.add(transaction)
    const ended = (): void => {
      this.#open.delete(transaction)
    }
    transaction.done.then(ended, ended)
  }

  stop(): void {
    window.removeEventListener('pagehide', this.#leave)
    window.removeEventListener('pageshow', this.#return)
    this.#show()
  }

  readonly #leave = (event: PageTransitionEvent): void => {
    if (!this.isNeeded || !event.persisted) return
    this.times++
    this.#shown = new Promise((show) => {
      this.#show = show
    })
    for (const transaction of this.#open) {
      try {
        transaction.abort()
      } catch {
        // It is ending by itself.
      }
    }
  }

  readonly #return = (): void => this.#show()
}

/** Safari, every browser on iPhones and iPads, and the other browsers on WebKit. */
function isWebKit(): boolean {
  return navigator.vendor?.startsWith('Apple') === true
}
