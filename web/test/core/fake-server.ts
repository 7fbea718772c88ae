// A scripted server behind fake WebSockets: tests say what it answers, and when it is silent.

import { decodeFrame, encodeFrame } from '../../src/core/frames'
import { type OwnSocket, openSocket, type SocketOptions } from '../../src/core/socket'

type Content = Record<string, unknown>

/** One connection as the server sees it. */
export class FakeConnection {
  readyState = 0
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number; reason: string }) => void) | null = null
  readonly heard: (readonly [string, Content])[] = []
  answersPings = true

  constructor(
    readonly url: string,
    readonly protocols: string[],
    private readonly server: FakeServer,
  ) {}

  // -- the page's side
  send(data: string): void {
    const [op, content] = decodeFrame(data) as [string, Content]
    this.heard.push([op, content])
    if (op === 'hello' && this.server.welcomes) this.welcome()
    if (op === 'ping' && this.answersPings) {
      queueMicrotask(() => this.say('pong', { t: content.t, now: this.server.nowMs() }))
    }
    queueMicrotask(() => this.server.onFrame?.(this, op, content))
  }

  close(): void {
    this.readyState = 3
  }

  // -- the server's side
  open(): void {
    this.readyState = 1
    this.onopen?.()
  }

  welcome(more: Content = {}): void {
    const user = { id: 'ana', name: 'Ana', restaurant: 'r', roles: ['waiter'], exp: null }
    const limits = { subs: 64, command_bytes: 16384, frame_bytes: 65536, sync_bytes: 9437184 }
    this.say('welcome', { conn: 'c1', user, now: this.server.nowMs(), ping_ms: 10000, min_app: '0', limits, ...more })
  }

  say(op: string, content: Content): void {
    this.onmessage?.({ data: encodeFrame(op, content) })
  }

  end(code: number, reason = ''): void {
    this.readyState = 3
    this.onclose?.({ code, reason })
  }

  all(op: string): Content[] {
    return this.heard.filter(([name]) => name === op).map(([, content]) => content)
  }

  last(op: string): Content {
    const content = this.all(op).at(-1)
    if (content === undefined) throw new Error(`no ${op} came`)
    return content
  }
}

/** All connections that were tried, newest last. */
export class FakeServer {
  readonly connections: FakeConnection[] = []
  isUp = true
  welcomes = true
  onFrame: ((connection: FakeConnection, op: string, content: Content) => void) | null = null
  nowMs = (): number => Date.now()
  ready: 'ok' | 'refused' | 'unreachable' = 'ok'
  refreshes = 0
  mayRefresh = true
  token: string | null = null

  get now(): FakeConnection {
    const connection = this.connections.at(-1)
    if (connection === undefined) throw new Error('nobody has connected')
    return connection
  }

  socket(options: Partial<SocketOptions> = {}): OwnSocket {
    return openSocket({
      url: 'ws://test/ws',
      app: 'kitchen/test',
      appVersion: 1,
      device: 'tablet',
      token: () => this.token,
      ready: async () => this.ready,
      verify: async () => this.ready,
      refresh: async () => {
        this.refreshes += 1
        return this.mayRefresh
      },
      unsynced: () => 0,
      connect: (url, protocols) => this.connect(url, protocols),
      ...options,
    })
  }

  connect(url: string, protocols: string[]): WebSocket {
    const connection = new FakeConnection(url, protocols, this)
    this.connections.push(connection)
    queueMicrotask(() => {
      if (this.isUp) connection.open()
      else connection.end(1006)
    })
    return connection as unknown as WebSocket
  }
}

/** Lets everything run that waits for no timer. */
export async function turns(count = 10): Promise<void> {
  for (let at = 0; at < count; at += 1) await Promise.resolve()
}
