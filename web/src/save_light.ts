// The light that says whether everything typed here is on the server's disk.
//
// The server sends an edit back to its author only after the commit, and the provider confirms an
// edit only by its content ids coming back. The light trusts these ids (`localUpdatesSynced`), not
// the provider's colour: in the very millisecond of an edit that one still says green.

import type { WebsocketProvider } from 'y-websocket'
import { byId } from './element'

type LightState = 'connecting' | 'saved' | 'saving' | 'late' | 'offline' | 'stopped'

const LATE_MS = 8_000

const ICONS: Record<LightState, string> = {
  connecting: 'M8 2a6 6 0 1 1-6 6',
  saved: 'M2.5 8.5 6.5 12.5 13.5 4',
  saving: 'M8 13V3M4 7l4-4 4 4',
  late: 'M8 3v6M8 12v.5',
  offline: 'M2 2l12 12M3 9a7 7 0 0 1 4-2M13 9a7 7 0 0 0-2-1.4M8 13v.1',
  stopped: 'M4 4l8 8M12 4l-8 8',
}

const STOP_REASONS: Record<number, string> = {
  4400: 'the server did not understand this page; reload it',
  4401: 'your access ended; open a fresh link',
  4403: 'you may no longer edit this menu',
  4404: 'this menu was deleted',
  4409: 'this menu was replaced; reload to see the new one',
  4413: 'an edit was too large',
  4422: 'an edit did not fit the menu; reload',
}

export class SaveLight {
  private readonly root = byId('light', HTMLElement)
  private readonly text = byId('light-text', HTMLElement)
  private readonly path = this.root.querySelector('path')
  private wasConnected = false
  private stopped: string | null = null

  constructor(private readonly provider: WebsocketProvider, private readonly readOnly: boolean) {
    provider.on('status', () => this.update())
    provider.on('sync-status', () => this.update())
    provider.on('sync', () => this.update())
    provider.on('connection-close', (event) => this.closed(event))
    addEventListener('online', () => this.update())
    addEventListener('offline', () => this.update())
    addEventListener('beforeunload', (event) => {
      if (this.hasUnsaved) event.preventDefault()
    })
    this.update()
  }

  /** Whether this tab holds edits that the server has not confirmed. */
  get hasUnsaved(): boolean {
    return !this.readOnly && !this.provider.syncStatus.localUpdatesSynced
  }

  // This version of the provider reconnects after every close; 4400-4499 are final here.
  private closed(event: CloseEvent | null): void {
    if (event === null || event.code < 4400 || event.code > 4499) return
    this.provider.shouldConnect = false
    this.stopped = STOP_REASONS[event.code] ?? 'the server closed the connection'
    this.update()
  }

  private update(): void {
    const { connected, receivedInitialSync, localUpdatesSynced, localUpdatesAge } = this.provider.syncStatus
    if (connected) this.wasConnected = true
    if (this.stopped !== null) this.show('stopped', `Stopped: ${this.stopped}`)
    else if (!connected) this.showDisconnected()
    else if (!receivedInitialSync) this.show('connecting', 'Connecting…')
    else if (this.readOnly) this.show('saved', 'Live')
    else if (localUpdatesSynced) this.show('saved', 'Saved on disk')
    else if (localUpdatesAge > LATE_MS) this.show('late', 'Not saved yet')
    else this.show('saving', 'Saving…')
  }

  private showDisconnected(): void {
    if (this.hasUnsaved) this.show('offline', 'Offline: edits only in this tab')
    else if (this.wasConnected || !navigator.onLine) this.show('offline', 'Offline')
    else this.show('connecting', 'Connecting…')
  }

  private show(state: LightState, text: string): void {
    if (this.root.dataset['state'] === state && this.text.textContent === text) return
    this.root.dataset['state'] = state
    this.text.textContent = text
    this.path?.setAttribute('d', ICONS[state])
  }
}
