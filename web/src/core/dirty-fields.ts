// Which fields this tab edited since the server last acknowledged, with what each was before the first
// of these edits: for conflict cards after a long time offline, and for carrying edits over into a
// document that was replaced. Values before are read from the event of the first edit, so nothing is
// copied beforehand.

import * as Y from 'yjs'
import { isMap, isText } from '../menu/menu'
import { type Plain, plain, readRegisters, registerName, valueIn } from '../menu/registers'
import type { Container } from './conflicts'
import type { DirtyField } from './docstore'
import { textIn } from './yjs/parts'

interface Entry {
  readonly base: Plain
  atMs: number
  batch: number // the newest batch of updates that has a part of it
  localSeq: number
  mine: Plain
}

type Events = Array<Y.YEvent<Y.AbstractType<unknown>>>
const ROOTS: readonly Container[] = ['sections', 'items', 'modgroups']

export class DirtyFields {
  private readonly entries = new Map<string, Entry>()
  private readonly touched = new Set<string>()
  private readonly stops: Array<() => void> = []

  /** known: those that were stored when this page was opened. */
  constructor(
    private readonly doc: Y.Doc,
    known: readonly DirtyField[],
  ) {
    for (const { path, base, mine, atMs, localSeq } of known) {
      this.entries.set(path, { base, mine, atMs, localSeq, batch: 0 })
    }
    for (const root of ROOTS) {
      const map = doc.getMap(root)
      const listener = (events: Events, transaction: Y.Transaction): void => {
        if (transaction.local) for (const event of events) this.note(root, event)
      }
      map.observeDeep(listener)
      this.stops.push(() => map.unobserveDeep(listener))
    }
  }

  /** What a field was before, by path. */
  get bases(): ReadonlyMap<string, Plain> {
    return new Map([...this.entries].map(([path, { base }]) => [path, base]))
  }

  get paths(): ReadonlySet<string> {
    return new Set(this.entries.keys())
  }

  all(): readonly DirtyField[] {
    return [...this.entries].map(([path, { base, mine, atMs, localSeq }]) => ({ path, base, mine, atMs, localSeq }))
  }

  /** The fields edited since the last call, as they are now; they belong to this batch. */
  take(batch: number, localSeq: number): readonly DirtyField[] {
    const found: DirtyField[] = []
    for (const path of this.touched) {
      const entry = this.entries.get(path)
      if (entry === undefined) continue
      Object.assign(entry, { batch, localSeq, mine: readField(this.doc, path) })
      found.push({ path, base: entry.base, mine: entry.mine, atMs: entry.atMs, localSeq })
    }
    this.touched.clear()
    return found
  }

  /** The server has everything up to this batch. Returns the fields that are clean now. */
  acknowledge(batch: number): readonly DirtyField[] {
    const clean: DirtyField[] = []
    for (const [path, entry] of this.entries) {
      if (entry.batch > batch || this.touched.has(path)) continue
      this.entries.delete(path)
      clean.push({ path, base: entry.base, mine: entry.mine, atMs: entry.atMs, localSeq: entry.localSeq })
    }
    return clean
  }

  stop(): void {
    for (const stop of this.stops.splice(0)) stop()
  }

  private note(root: Container, event: Y.YEvent<Y.AbstractType<unknown>>): void {
    const [id, name, locale] = event.path.map(String)
    if (id === undefined) {
      if (event instanceof Y.YMapEvent) for (const made of event.keysChanged) this.touch(`${root}/${made}`, () => null)
      return
    }
    // What was made here and is not acknowledged is kept whole.
    if (this.entries.has(`${root}/${id}`)) this.touch(`${root}/${id}`, () => null)
    else if (event.target instanceof Y.Text && name !== undefined) {
      this.touch(`${root}/${id}/${locale === undefined ? name : `${name}:${locale}`}`, () => textBefore(event))
    } else if (name === undefined && event instanceof Y.YMapEvent) this.noteRegisters(`${root}/${id}`, event)
  }

  private noteRegisters(part: string, event: Y.YMapEvent<unknown>): void {
    for (const key of event.keysChanged) {
      const field = registerName(String(key))
      if (field !== null) this.touch(`${part}/${field}`, () => valueIn(readRegisters(entriesBefore(event)), field))
    }
  }

  private touch(path: string, baseOf: () => Plain): void {
    this.touched.add(path)
    const known = this.entries.get(path)
    if (known !== undefined) known.atMs = Date.now()
    else
      this.entries.set(path, {
        base: baseOf(),
        mine: null,
        atMs: Date.now(),
        batch: Number.MAX_SAFE_INTEGER,
        localSeq: 0,
      })
  }
}

/** What a path names: a register's value, a text, or a whole part as {registers, texts}; null: it is not there. */
export function readField(doc: Y.Doc, path: string): Plain {
  const { container, id, field } = splitPath(path)
  const map = doc.getMap(container).get(id)
  if (!isMap(map)) return null
  if (field === '') return wholePart(map)
  const text = textIn(map, field)
  return text === null ? valueIn(readRegisters(map.entries()), field) : text.toString()
}

/** field: '' when the path names a whole part. */
export function splitPath(path: string): { container: Container; id: string; field: string } {
  const [root = '', id = '', ...field] = path.split('/')
  const container = ROOTS.find((one) => one === root) ?? 'items'
  return { container, id, field: field.join('/') }
}

function wholePart(map: Y.Map<unknown>): Plain {
  const texts: Record<string, string> = {}
  for (const [name, value] of map.entries()) {
    if (isText(value)) texts[name] = value.toString()
    else if (isMap(value))
      for (const [locale, text] of value.entries()) if (isText(text)) texts[`${name}:${locale}`] = text.toString()
  }
  const registers = readRegisters(map.entries())
  return plain({
    registers: Object.fromEntries([...registers.keys()].map((name) => [name, valueIn(registers, name)])),
    texts,
  })
}

function entriesBefore(event: Y.YMapEvent<unknown>): ReadonlyMap<string, unknown> {
  const entries = new Map(event.target.entries())
  for (const [key, { action, oldValue }] of event.keys) {
    if (action === 'add') entries.delete(key)
    else entries.set(key, oldValue)
  }
  return entries
}

/** A text as it was: while events are told, what was deleted still has its letters. */
function textBefore(event: Y.YEvent<Y.AbstractType<unknown>>): string {
  let text = ''
  for (let item = event.target._start; item !== null; item = item.right) {
    if (event.adds(item) || (item.deleted && !event.deletes(item))) continue
    if (item.content instanceof Y.ContentString) text += item.content.str
  }
  return text
}
