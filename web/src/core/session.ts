// Who is signed in. Staff have an HttpOnly cookie that no script sees; guests have a bearer token.
// Who it was is remembered on the device, so that pages start without a network.
// Only a server that refuses makes `signed_out`; one that does not answer changes nothing here.

import { computed, type ReadonlySignal, signal } from '@preact/signals'
import { serverNow } from './clock'
import { check, type Guard, object, optional, string, tryCheck } from './guard'
import { forget, type Me, meOf, REMEMBERED, remember, remembered, rememberedMe, restaurantOf, subjectOf } from './me'
import { meAnswerGuard, tokenAnswerGuard } from './protocol'

export type { Me, RestaurantOfMe, Role } from './me'

const API = '/api/v1'
const ANSWER_SECONDS = 8
const RENEW_AT_LIFE = 2 / 3
const AGAIN_MS = 20_000
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The server said no, or nothing at all: then the status is 0 and the code 'unreachable'. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    /** The whole answer if it was JSON. */
    readonly body: unknown = null,
  ) {
    super(`${status} ${code}: ${detail}`)
    this.name = 'ApiError'
  }
}

export interface ApiOptions<T> {
  readonly body?: unknown // sent as JSON; a Blob, FormData or Uint8Array as it is
  readonly guard?: Guard<T>
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly raw?: boolean // answers the Response itself
}

export type SessionState = 'starting' | 'signed_in' | 'signed_out' | 'unreachable'

export interface Session {
  /** As last known; from the device until the server has answered. */
  readonly me: ReadonlySignal<Me | null>
  readonly state: ReadonlySignal<SessionState>
  /** The restaurant of this page: `?restaurant=`, else one's own, else the chosen one, else the first. */
  readonly restaurant: ReadonlySignal<string>
  /** Only guests have one that scripts see. */
  readonly token: string | null
  /**
   * Asks the server. path: below /api/v1 ('/menus'), or whole ('/api/v1/menus'). Answers null where
   * there is no content. Throws ApiError, WireError of the guard, and AbortError of the signal.
   */
  api(method: string, path: string, options: ApiOptions<unknown> & { readonly raw: true }): Promise<Response>
  api<T = unknown>(method: string, path: string, options?: ApiOptions<T>): Promise<T>
  /** Renews the token; whether we are signed in then. */
  refresh(): Promise<boolean>
  /** The developer of --dev chooses a name to be shown. */
  setName(name: string): void
  chooseRestaurant(id: string): void
  signOut(): Promise<void>
}

/** What only link.ts uses. */
export interface OwnSession extends Session {
  /** Asks who we are. Whether the server knows us, refuses us, or does not answer. */
  ready(): Promise<'ok' | 'refused' | 'unreachable'>
  /** Asks even if it is known already. */
  verify(): Promise<'ok' | 'refused' | 'unreachable'>
  /** Hears each new token, to send it over open sockets. */
  onToken(listener: (token: string) => void): () => void
  /** Hears when somebody signs out here. */
  onSignOut(listener: () => void): () => void
  close(): void
}

/** A session of this page. guestToken: of a guest; without it the browser's cookie says who it is. */
export function openSession(guestToken: string | null): OwnSession {
  return new BrowserSession(guestToken)
}

const problemForm = object({ code: optional(string()), detail: optional(string()), title: optional(string()) })
type Answered = 'ok' | 'refused' | 'unreachable'

class BrowserSession implements OwnSession {
  readonly me = signal<Me | null>(null)
  readonly state = signal<SessionState>('starting')
  readonly restaurant: ReadonlySignal<string>
  token: string | null
  readonly #chosen = signal(remembered(REMEMBERED.restaurant))
  readonly #isGuest: boolean
  readonly #tokenListeners = new Set<(token: string) => void>()
  readonly #signOutListeners = new Set<() => void>()
  #verifying: Promise<Answered> | null = null
  #refreshing: Promise<Answered> | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(guestToken: string | null) {
    this.token = guestToken
    this.#isGuest = guestToken !== null
    this.restaurant = computed(() => restaurantOf(this.me.value, this.#chosen.value))
    const last = rememberedMe(this.#key)
    if (last !== null && (guestToken === null || subjectOf(guestToken) === last.user)) this.me.value = meOf(last)
  }

  async api(method: string, path: string, options?: ApiOptions<unknown> & { readonly raw: true }): Promise<Response>
  async api<T>(method: string, path: string, options?: ApiOptions<T>): Promise<T>
  async api<T>(method: string, path: string, options: ApiOptions<T> = {}): Promise<T | Response> {
    let response = await this.#fetch(method, path, options)
    if (response.status === 401 && (await this.refresh())) response = await this.#fetch(method, path, options)
    if (!response.ok) throw await errorOf(response)
    if (options.raw === true) return response
    const text = await response.text()
    const value: unknown = text === '' ? null : JSON.parse(text)
    // Without a guard T is what the caller leaves it at: unknown.
    return options.guard === undefined ? (value as T) : check(options.guard, value, path)
  }

  ready(): Promise<Answered> {
    if (this.state.value !== 'signed_in') return this.verify()
    const { expiresAtMs = null } = this.me.value ?? {}
    return expiresAtMs !== null && expiresAtMs <= serverNow() ? this.#renew() : Promise.resolve('ok')
  }

  verify(): Promise<Answered> {
    this.#verifying ??= this.#verify().finally(() => {
      this.#verifying = null
    })
    return this.#verifying
  }

  async refresh(): Promise<boolean> {
    return (await this.#renew()) === 'ok'
  }

  setName(name: string): void {
    remember(REMEMBERED.name, name)
    if (this.me.value?.isDeveloper === true) this.me.value = { ...this.me.value, name }
  }

  chooseRestaurant(id: string): void {
    remember(REMEMBERED.restaurant, id)
    this.#chosen.value = id
  }

  async signOut(): Promise<void> {
    try {
      if (!this.#isGuest) await this.#fetch('POST', '/sign-out', {})
    } finally {
      forget(this.#key)
      this.#refused()
      this.me.value = null
      for (const listener of this.#signOutListeners) listener()
    }
  }

  onToken(listener: (token: string) => void): () => void {
    this.#tokenListeners.add(listener)
    return () => this.#tokenListeners.delete(listener)
  }

  onSignOut(listener: () => void): () => void {
    this.#signOutListeners.add(listener)
    return () => this.#signOutListeners.delete(listener)
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  get #key(): 'mirepoix.me' | 'mirepoix.guest.me' {
    return this.#isGuest ? REMEMBERED.guest : REMEMBERED.staff
  }

  async #verify(): Promise<Answered> {
    let response = await this.#asked('GET', '/me')
    if (response?.status === 401) {
      const renewed = await this.#renew()
      if (renewed !== 'ok') return renewed
      response = await this.#asked('GET', '/me')
    }
    if (response?.status === 401) return this.#refused()
    const answer = response?.ok === true ? tryCheck(meAnswerGuard, await response.json().catch(() => null)) : null
    if (answer === null) return this.#unanswered()
    remember(this.#key, JSON.stringify(answer))
    this.#take(meOf(answer))
    return 'ok'
  }

  /** A new token, by the old one or by this device's own; one request at a time. */
  #renew(): Promise<Answered> {
    this.#refreshing ??= this.#exchange().finally(() => {
      this.#refreshing = null
    })
    return this.#refreshing
  }

  async #exchange(): Promise<Answered> {
    const response = await this.#asked('POST', '/token')
    if (response?.status === 403 && this.me.value?.isDeveloper === true) return 'ok' // who needs no token
    if (response?.status === 401) return this.#refused()
    const answer = response?.ok === true ? tryCheck(tokenAnswerGuard, await response.json().catch(() => null)) : null
    if (answer === null) return this.#unanswered()
    if (this.#isGuest) this.token = answer.token
    const expiresAtMs = serverNow() + answer.expires_in_seconds * 1000
    if (this.me.value !== null) this.#take({ ...this.me.value, expiresAtMs })
    for (const listener of this.#tokenListeners) listener(answer.token)
    return 'ok'
  }

  #take(me: Me): void {
    if (JSON.stringify(me) !== JSON.stringify(this.me.value)) this.me.value = me
    this.state.value = 'signed_in'
    this.#renewInTime(me.expiresAtMs === null ? null : (me.expiresAtMs - serverNow()) * RENEW_AT_LIFE)
  }

  #renewInTime(delayMs: number | null): void {
    clearTimeout(this.#timer)
    // A guest's token ends with the visit; a new one would end no later.
    if (delayMs === null || this.#isGuest) return
    const renewed = async (): Promise<void> => {
      if ((await this.#renew()) === 'unreachable') this.#renewInTime(AGAIN_MS)
    }
    this.#timer = setTimeout(() => void renewed(), Math.min(Math.max(delayMs, 1000), LONGEST_TIMER_MS))
  }

  #refused(): 'refused' {
    clearTimeout(this.#timer)
    this.state.value = 'signed_out'
    return 'refused'
  }

  #unanswered(): 'unreachable' {
    if (this.state.value === 'starting') this.state.value = 'unreachable'
    return 'unreachable'
  }

  /** The answer, or null when there is none that says anything about us. */
  async #asked(method: string, path: string): Promise<Response | null> {
    try {
      const response = await this.#fetch(method, path, { signal: AbortSignal.timeout(ANSWER_SECONDS * 1000) })
      return response.status >= 500 ? null : response
    } catch {
      return null
    }
  }

  async #fetch(method: string, path: string, { body, headers, signal }: ApiOptions<unknown>): Promise<Response> {
    const asJson = body !== undefined && !isRaw(body)
    const url = path.startsWith('/api/') ? path : `${API}${path}`
    try {
      return await fetch(url, {
        method,
        // Guests' cookies are somebody else's: of staff who look at their own guest page.
        credentials: this.#isGuest ? 'omit' : 'same-origin',
        headers: {
          Accept: 'application/json',
          ...(asJson && { 'Content-Type': 'application/json' }),
          ...(this.token !== null && { Authorization: `Bearer ${this.token}` }),
          ...headers,
        },
        ...(body !== undefined && { body: isRaw(body) ? body : JSON.stringify(body) }),
        ...(signal !== undefined && { signal }),
      })
    } catch (error) {
      if (signal?.aborted === true) throw error
      throw new ApiError(0, 'unreachable', 'The server does not answer.')
    }
  }
}

async function errorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null)
  const { code, detail, title } = tryCheck(problemForm, body) ?? {}
  return new ApiError(response.status, code ?? 'error', detail ?? title ?? response.statusText, body)
}

function isRaw(body: unknown): body is Blob | FormData | Uint8Array<ArrayBuffer> {
  return body instanceof Blob || body instanceof FormData || body instanceof Uint8Array
}
