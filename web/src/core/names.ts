// Names of people by user id and by replica: of those who are here, else of those who work or worked at
// the menu, whom the server lists. Nobody is shown an id.

import { type ReadonlySignal, signal } from '@preact/signals'
import type { Awareness } from 'y-protocols/awareness'
import { isObject } from '../menu/registers'
import { type Language, language } from './i18n'
import type { Me } from './session'

const AGAIN_MS = 30_000
const SERVER_IDS = ['server', 'import']

/** A name and whose it is. */
export interface NamedUser {
  readonly user: string
  readonly name: string
}

type Words = Readonly<Record<Language, string>>
/** Said while nobody knows, or can be asked. */
const SOMEBODY: Words = { en: 'somebody', de: 'jemand', es: 'alguien', fr: 'quelqu’un' }
/** Said of an id that the server does not know any more either. */
const LEFT: Words = {
  en: 'somebody who left',
  de: 'jemand von früher',
  es: 'alguien que ya no está',
  fr: 'quelqu’un qui n’est plus là',
}
const SERVER: Words = { en: 'the server', de: 'der Server', es: 'el servidor', fr: 'le serveur' }

export class Names {
  private readonly known = signal<ReadonlyMap<string, string>>(new Map())
  private readonly isListed = signal(false)
  private readonly listed = new Map<string, string>()
  private askedMs = Number.NEGATIVE_INFINITY
  private readonly learn = (): void => this.learnAll()

  /** list: asks the server who works or worked here; rejects when it does not answer. */
  constructor(
    private readonly awareness: Awareness,
    private readonly me: ReadonlySignal<Me | null>,
    private readonly list: () => Promise<readonly NamedUser[]>,
  ) {
    awareness.on('change', this.learn)
  }

  /** Whom to show for a user id and a replica; '' only without a user id. Subscribes. */
  of(userId: string, replica: string): string {
    const known = this.known.value
    const me = this.me.value
    const mine = me?.user === userId && me.name !== '' ? me.name : undefined
    return known.get(`@${replica}`) ?? mine ?? known.get(userId) ?? this.unseen(userId)
  }

  stop(): void {
    this.awareness.off('change', this.learn)
  }

  private unseen(userId: string): string {
    const spoken = language.value
    if (userId === '') return ''
    if (SERVER_IDS.includes(userId)) return SERVER[spoken]
    this.ask()
    const isListed = this.isListed.value
    const name = this.listed.get(userId)
    if (name !== undefined) return name
    const me = this.me.value
    // Developers of --dev all have one id, so they sign their edits with the name they chose.
    if (me?.isDeveloper === true && userId !== me.user) return userId
    return isListed && userId !== me?.user ? LEFT[spoken] : SOMEBODY[spoken]
  }

  /** Asks for the list, soon: whoever reads a name may be in the middle of something. */
  private ask(): void {
    if (this.isListed.peek() || Date.now() - this.askedMs < AGAIN_MS) return
    this.askedMs = Date.now()
    void Promise.resolve()
      .then(() => this.list())
      .then(
        (found) => {
          for (const { user, name } of found) this.listed.set(user, name)
          this.isListed.value = true
        },
        () => {}, // offline, or not for this person: "somebody" has to do
      )
  }

  private learnAll(): void {
    const known = this.known.peek()
    const learned = new Map(known)
    for (const [client, state] of this.awareness.getStates()) {
      const user: unknown = state.user
      if (!isObject(user) || typeof user.name !== 'string' || typeof user.id !== 'string') continue
      if (user.name === '' || user.name === user.id) continue
      learned.set(user.id, user.name)
      learned.set(`@${client.toString(36)}`, user.name) // a replica is the client id of its document
    }
    const isNews = [...learned].some(([key, name]) => known.get(key) !== name)
    if (isNews) this.known.value = learned
  }
}
