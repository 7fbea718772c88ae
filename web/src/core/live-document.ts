// What a screen sees of a menu that is open: provider.ts makes it.

import type { ReadonlySignal } from '@preact/signals'
import type { Awareness } from 'y-protocols/awareness'
import type * as Y from 'yjs'
import type { Plain } from '../menu/registers'
import type { FieldConflict } from './conflicts'
import type { DirtyField } from './docstore'

/**
 * loading: nothing to show yet. local: what was on this device, the server has not answered yet.
 * live, offline: as they say. refused: the server does not take this document or its edits, see
 * `refusal`; everything is kept here. deleted: by somebody; kept here for an export. newer: the server
 * has a newer schema; read-only until the page is updated. replaced: the server has another history now:
 * close this document and open it anew, what was edited here is carried over.
 */
export type DocumentState = 'loading' | 'local' | 'live' | 'offline' | 'refused' | 'deleted' | 'replaced' | 'newer'

/** Something the server says about the document, e.g. an edit that it set back. */
export interface DocumentNotice {
  readonly code: string // bad_value, field_forbidden, locked, saving_paused, saving_resumed ...
  readonly reason: string
  readonly field?: string | undefined // 'items/soup/price'
  readonly kept?: unknown // the value that stands
}

export interface ExportedChanges {
  readonly menu: string
  readonly epoch: number | string | null
  readonly state: string // the whole document as one Yjs update_v1 in base64
  readonly edits: readonly DirtyField[] // those that the server has not acknowledged
}

export interface LiveDocument {
  readonly menuId: string
  readonly doc: Y.Doc
  readonly awareness: Awareness
  /** What the server lets us do, or last did on this device; null: never heard. Pages refuse edits when 'read'. */
  readonly access: ReadonlySignal<'read' | 'write' | null>
  readonly state: ReadonlySignal<DocumentState>
  /** Why it is 'refused' or 'deleted': the server's code. */
  readonly refusal: ReadonlySignal<string | null>
  /** Edits that the server has not on disk yet. */
  readonly unsynced: ReadonlySignal<number>
  /** For createMenuModel: what fields were before my unacknowledged or offline edits, by path. */
  readonly bases: ReadonlySignal<ReadonlyMap<string, Plain>>
  /** For createMenuModel: questions that do not stand in the document itself. */
  readonly carried: ReadonlySignal<readonly FieldConflict[]>
  /** A carried conflict is answered; pass this to MenuEdits. */
  readonly settle: (key: string) => void
  /** For createMenuModel: whom to show for the writer of a value. */
  readonly nameOf: (userId: string, replica: string) => string
  notices(listener: (notice: DocumentNotice) => void): () => void
  /** For "Export changes". */
  exportChanges(): ExportedChanges
  /** Everything edited so far is on this device when it resolves. */
  flush(): Promise<void>
  close(): Promise<void>
}
