// The page's one WebSocket: hello, heartbeat, coming back after a cut, the token renewed in place.
// Final closes (the table of docs/protocols.md) rest until somebody asks to try again; 4401 asks the
// session for a new token first; everything else comes back, after full jitter of 0.5 s to 30 s or
// when the server said. It knows nothing of rooms: channel.ts does.

import { type ReadonlySignal, signal } from '@preact/signals'
import { decodeFrame, encodeFrame, SUBPROTOCOL } from './frames'
import { object, string, tryCheck, tuple, unknown } from './guard'
import { Heartbeat } from './heartbeat'
import { onWake } from './network'
import { byeGuard, type Welcome as WelcomeFrame, welcomeGuard } from './protocol'

const VERSION = 1
const FIRST_BACKOFF_MS = 500
const LONGEST_BACKOFF_MS = 30_000
const CONNECT_MS = 12_000 // until welcome
const STEADY_MS = 10_000 // a connection that lasted so long makes the next backoff short again
const FINAL_CLOSES: readonly number[] = [4400, 4403, 4404, 4409, 4413, 4422]
const TOKEN_ENDED = 4401
/** Our own code: the server wants a newer page. */
export const NEWER_CLOSE = 4426

export type SocketState = 'connecting' | 'open' | 'waiting' | 'refused'

/** The server's first word. */
export interface Welcome {
  readonly conn: string
  readonly user: {
    readonly id: string
    readonly name: string
    readonly restaurant: string | null
    readonly roles: readonly string[]
  }
  readonly now: number
  readonly pingMs: number
  readonly minApp: string
}

export interface Refusal {
  readonly code: number
  readonly reason: string
}

export interface Socket {
  readonly state: ReadonlySignal<SocketState>
  /** Why it is 'refused'; code 4426: the server needs a newer page. */
  readonly refusal: ReadonlySignal<Refusal | null>
  readonly welcome: ReadonlySignal<Welcome | null>
  readonly rttMs: ReadonlySignal<number | null>
  /** When it tries again, on the device's clock; null: it is not waiting. */
  readonly retryAtMs: ReadonlySignal<number | null>
  /** Try now, also after a refusal. */
  retryNow(): void
  close(): void
}

/** What only channel.ts and link.ts use. */
export interface OwnSocket extends Socket {
  start(): void
  /** Sends a frame; false when there is no open connection. */
  send(op: string, content: object): boolean
  onFrame(listener: (op: string, content: unknown) => void): () => void
  /** Gives an open socket its new token. */
  renew(token: string): void
  /** Stops as if refused, until `wakeFromRest` or somebody tries again. */
  rest(reason: string): void
  wakeFromRest(): void
}

export interface SocketOptions {
  readonly url: string
  /** Names the page and its version; for whoever operates the server. */
  readonly app: string
  readonly appVersion: number
  readonly device: string
  /** A guest's token. */
  token(): string | null
  /** Whether we may connect; asked before each attempt. */
  ready(): Promise<'ok' | 'refused' | 'unreachable'>
  /** Asks the server anew who we are, after an attempt that was cut off before any word. */
  verify(): Promise<'ok' | 'refused' | 'unreachable'>
  refresh(): Promise<boolean>
  /** Edits that are not acknowledged; told with each ping. */
  unsynced(): number
  readonly connect?: (url: string, protocols: string[]) => WebSocket
}

const frameForm = tuple(string(), unknown())
const noticeForm = object({ code: string() })

/** A socket that is not started yet. */
export function openSocket(options: SocketOptions): OwnSocket {
  return new RoomsSocket(options)
}

class RoomsSocket implements OwnSocket {
  readonly state = signal<SocketState>('waiting')
  readonly refusal = signal<Refusal | null>(null)
  readonly welcome = signal<Welcome | null>(null)
  readonly #heartbeat = new Heartbeat({
    send: (op, content) => this.#write(op, content),
    unsynced: () => this.options.unsynced(),
    dead: () => void this.#closed(1006, 'silence', true),
  })
  readonly rttMs = this.#heartbeat.rttMs
  readonly retryAtMs = signal<number | null>(null)
  readonly #listeners = new Set<(op: string, content: unknown) => void>()
  #socket: WebSocket | null = null
  #attempts = 0
  #turn = 0 // an attempt that is not the newest any more does nothing
  #openedMs = 0
  #bye: { code: number; reason: string; afterMs: number | null } | null = null
  #hasRefreshed = false // since the last steady connection
  #isClosed = false
  #hasStarted = false
  #retryTimer: Timer
  #connectTimer: Timer
  #stopWaking = (): void => {}

  constructor(private readonly options: SocketOptions) {}

  start(): void {
    this.#hasStarted = true
    this.#stopWaking = onWake(() => this.#wake())
    void this.#connect()
  }

  retryNow(): void {
    if (!this.#hasStarted || this.#isClosed || this.state.value === 'open' || this.state.value === 'connecting') return
    this.#attempts = 0
    this.#hasRefreshed = false
    void this.#connect()
  }

  close(): void {
    this.#isClosed = true
    this.#stopWaking()
    this.#drop()
    this.state.value = 'waiting'
  }

  send(op: string, content: object): boolean {
    if (this.state.peek() !== 'open') return false
    this.#write(op, content)
    return true
  }

  onFrame(listener: (op: string, content: unknown) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  renew(token: string): void {
    this.send('token', { token })
  }

  rest(reason: string): void {
    if (!this.#isClosed && this.#hasStarted) this.#refuse({ code: TOKEN_ENDED, reason })
  }

  wakeFromRest(): void {
    if (this.refusal.value?.code === TOKEN_ENDED) this.retryNow()
  }

  // -- coming and going ------------------------------------------------------------------------

  async #connect(): Promise<void> {
    this.#drop()
    const turn = this.#turn
    this.refusal.value = null
    this.state.value = 'connecting'
    const answered = await this.options.ready()
    if (turn !== this.#turn || this.#isClosed) return
    if (answered === 'refused') return this.#refuse({ code: TOKEN_ENDED, reason: 'signed_out' })
    if (answered === 'unreachable') return this.#retry(null)
    this.#dial(turn)
  }

  #dial(turn: number): void {
    const token = this.options.token()
    const protocols = token === null ? [SUBPROTOCOL] : [SUBPROTOCOL, `mirepoix.token.${token}`]
    const connect = this.options.connect ?? ((url: string, wanted: string[]) => new WebSocket(url, wanted))
    const socket = connect(this.options.url, protocols)
    let hasOpened = false
    socket.onopen = () => {
      if (turn !== this.#turn) return
      hasOpened = true
      this.#write('hello', { v: VERSION, device: this.options.device, app: this.options.app })
    }
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (turn === this.#turn) this.#receive(event.data)
    }
    socket.onclose = (event: CloseEvent) => {
      if (turn === this.#turn) void this.#closed(event.code, event.reason, hasOpened)
    }
    this.#socket = socket
    this.#connectTimer = setTimeout(() => void this.#closed(1006, 'no welcome', hasOpened), CONNECT_MS)
  }

  async #closed(code: number, reason: string, hasOpened: boolean): Promise<void> {
    const bye = this.#bye
    const lastedMs = this.state.value === 'open' ? Date.now() - this.#openedMs : 0
    if (lastedMs >= STEADY_MS) {
      this.#attempts = 0
      this.#hasRefreshed = false
    }
    this.#drop()
    const final = bye?.code ?? code
    if (FINAL_CLOSES.includes(final)) return this.#refuse({ code: final, reason: bye?.reason ?? reason })
    if (final === TOKEN_ENDED) return this.#renewAndReturn(bye?.reason ?? reason)
    const turn = this.#turn
    this.state.value = 'waiting'
    // A refusal before the upgrade looks like a dead line: ask in words, unless the line is dead.
    if (!hasOpened && (await this.options.verify()) === 'refused') {
      if (turn === this.#turn) this.#refuse({ code: TOKEN_ENDED, reason: 'signed_out' })
    } else if (turn === this.#turn) this.#retry(bye?.afterMs ?? null)
  }

  /** The token has ended: once a new one is enough, if that one ends too, somebody has to sign in. */
  async #renewAndReturn(reason: string): Promise<void> {
    const turn = this.#turn
    this.state.value = 'waiting'
    const mayRefresh = !this.#hasRefreshed
    this.#hasRefreshed = true
    const isRenewed = mayRefresh && (await this.options.refresh())
    if (turn !== this.#turn || this.#isClosed) return
    if (isRenewed) return void this.#connect()
    const answered = mayRefresh ? await this.options.ready() : 'refused'
    if (turn !== this.#turn || this.#isClosed) return
    if (answered === 'refused') this.#refuse({ code: TOKEN_ENDED, reason })
    else {
      if (answered === 'unreachable') this.#hasRefreshed = false // nobody has refused anything yet
      this.#retry(null)
    }
  }

  #retry(afterMs: number | null): void {
    if (this.#isClosed) return
    const jitterMs = Math.random() * Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** this.#attempts)
    // A server that has said when is asked then; if it says so again and again, we get slower too.
    const delayMs = afterMs === null || this.#attempts > 1 ? Math.max(jitterMs, afterMs ?? 0) : afterMs
    this.#attempts += 1
    this.state.value = 'waiting'
    this.retryAtMs.value = Date.now() + delayMs
    this.#retryTimer = setTimeout(() => void this.#connect(), delayMs)
  }

  #refuse(refusal: Refusal): void {
    this.#drop()
    this.refusal.value = refusal
    this.state.value = 'refused'
  }

  /** Gives up whatever is under way. The state is for the caller to say. */
  #drop(): void {
    this.#turn += 1
    clearTimeout(this.#retryTimer)
    clearTimeout(this.#connectTimer)
    this.#heartbeat.stop()
    this.retryAtMs.value = null
    this.#bye = null
    const socket = this.#socket
    this.#socket = null
    if (socket === null) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }

  /** The network may be back: do not wait for a timer to find out. */
  #wake(): void {
    if (this.state.value === 'waiting') this.retryNow()
    else if (this.state.value === 'open') this.#heartbeat.ping()
  }

  // -- frames ----------------------------------------------------------------------------------

  #write(op: string, content: object): void {
    if (this.#socket?.readyState === 1) this.#socket.send(encodeFrame(op, content))
  }

  #receive(data: unknown): void {
    const frame = typeof data === 'string' ? frameOf(data) : null
    if (frame === null) return void this.#closed(1006, 'malformed', true)
    const [op, content] = frame
    this.#heartbeat.heard()
    if (op === 'welcome') this.#greeted(content)
    else if (op === 'pong') this.#heartbeat.pong(content)
    else if (op === 'bye') this.#heardBye(content)
    else {
      if (op === 'notice' && tryCheck(noticeForm, content)?.code === 'token_ends') void this.options.refresh()
      for (const listener of [...this.#listeners]) listener(op, content)
    }
  }

  #greeted(content: unknown): void {
    const said = tryCheck(welcomeGuard, content)
    if (said === null) return void this.#closed(1006, 'malformed', true)
    if (Number(said.min_app) > this.options.appVersion) {
      this.#refuse({ code: NEWER_CLOSE, reason: 'newer' })
      return
    }
    clearTimeout(this.#connectTimer)
    this.#openedMs = Date.now()
    this.welcome.value = welcomeOf(said)
    this.#heartbeat.begin(said.ping_ms) // before the rooms are asked for: the answer would wait until they are open
    this.state.value = 'open'
  }

  #heardBye(content: unknown): void {
    const said = tryCheck(byeGuard, content)
    if (said !== null) this.#bye = { code: said.code, reason: said.reason, afterMs: said.after_ms }
  }
}

type Timer = ReturnType<typeof setTimeout> | undefined

function welcomeOf({ conn, user, now, ping_ms: pingMs, min_app: minApp }: WelcomeFrame): Welcome {
  const { id, name, restaurant, roles } = user
  return { conn, user: { id, name: name ?? '', restaurant, roles }, now, pingMs, minApp }
}

function frameOf(data: string): [string, unknown] | null {
  try {
    return tryCheck(frameForm, decodeFrame(data))
  } catch {
    return null
  }
}
