import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Database, openDatabase } from '../../src/core/db'

let opened: Database[] = []
let run = 0

async function open(user = `user${run}`): Promise<Database> {
  const db = await openDatabase('s', user)
  opened.push(db)
  return db
}

afterEach(() => {
  for (const db of opened) db.close()
  opened = []
  run += 1
  vi.restoreAllMocks()
})

describe('the database', () => {
  it('is one per server and user, and shares nothing', async () => {
    const ana = await open('ana')
    const ben = await open('ben')
    await ana.put('meta', 1, 'key')
    expect(ana.name).toBe('m:s:ana')
    expect(await ben.get('meta', 'key')).toBeUndefined()
    expect(await ana.get('meta', 'key')).toBe(1)
  })

  it('writes all of a transaction or nothing', async () => {
    const db = await open()
    const failing = db.write(['meta', 'menus'], async (transaction) => {
      await transaction.objectStore('meta').put(1, 'key')
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await db.get('meta', 'key')).toBeUndefined()
    expect(db.unsafe.value).toBe(false)
  })

  it('asks for strict durability where it is wanted', async () => {
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
    const db = await open()
    await db.write(['outbox'], async () => {}, { isStrict: true })
    expect(transaction.mock.lastCall?.[2]).toEqual({ durability: 'strict' })
    await db.put('meta', 1, 'key')
    expect(transaction.mock.lastCall?.[2]).toEqual({ durability: 'relaxed' })
  })

  it.each(['InvalidStateError', 'UnknownError'])('opens again and does the work once more after %s', async (name) => {
    const db = await open()
    await db.put('meta', 1, 'key')
    vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementationOnce(() => {
      throw new DOMException('lost', name)
    })
    expect(await db.get('meta', 'key')).toBe(1)
    expect(db.unsafe.value).toBe(false)
  })

  it('gives up after the second time, and says that it is not safe until something is kept again', async () => {
    const db = await open()
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(() => {
      throw new DOMException('lost', 'UnknownError')
    })
    await expect(db.put('meta', 1, 'key')).rejects.toThrow('lost')
    expect(transaction).toHaveBeenCalledTimes(2)
    expect(db.unsafe.value).toBe(true)
    transaction.mockRestore()
    await db.put('meta', 1, 'key')
    expect(db.unsafe.value).toBe(false)
  })

  it('is not safe when the device is full', async () => {
    const db = await open()
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError')
    })
    await expect(db.put('meta', 1, 'key')).rejects.toThrow('full')
    expect(db.unsafe.value).toBe(true)
  })

  it('opens where nothing can be kept, and says so', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('private', 'SecurityError')
    })
    const db = await open()
    expect(db.unsafe.value).toBe(true)
    await expect(db.get('meta', 'key')).rejects.toThrow('private')
  })

  it('notices when the browser has thrown away what was edited here', async () => {
    const db = await open('evicted')
    expect(db.evicted.value).toBe(false)
    db.protect()
    await vi.waitFor(() => expect(localStorage.getItem('mirepoix.sentinel.m:s:evicted')).not.toBeNull())
    const again = await open('evicted')
    expect(again.evicted.value).toBe(false)
    db.close()
    again.close()
    await new Promise((done) => {
      indexedDB.deleteDatabase('m:s:evicted').onsuccess = done
    })
    const after = await open('evicted')
    expect(after.evicted.value).toBe(true)
    expect((await open('evicted')).evicted.value).toBe(false)
  })
})

describe('a page that WebKit puts aside', () => {
  const say = (type: 'pagehide' | 'pageshow', persisted: boolean): void => {
    window.dispatchEvent(Object.assign(new Event(type), { persisted }))
  }
  const turns = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

  /** A write that is in the middle of its transaction, and what became of it. */
  async function midway(db: Database): Promise<{ go: () => void; done: Promise<unknown> }> {
    let begun: () => void = () => {}
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve
    })
    let isGoing = false
    const done = db.write(['meta'], async (transaction) => {
      const meta = transaction.objectStore('meta')
      await meta.put('first', 'a')
      begun()
      while (!isGoing) await meta.get('a') // keeps the transaction open
      await meta.put('second', 'b')
    })
    await isBegun
    return {
      go: () => {
        isGoing = true
      },
      done,
    }
  }

  it('leaves no transaction open, and does the work anew when it is shown again', async () => {
    const otherPage = await open()
    vi.spyOn(navigator, 'vendor', 'get').mockReturnValue('Apple Computer, Inc.')
    const db = await open()
    const write = await midway(db)
    say('pagehide', true)
    await otherPage.put('meta', 'other', 'a') // would wait for the transaction
    write.go()
    say('pageshow', true)
    await write.done
    expect(await Promise.all(['a', 'b'].map((key) => db.get('meta', key)))).toEqual(['first', 'second'])
    expect(db.unsafe.value).toBe(false)
  })

  it('begins nothing until then', async () => {
    vi.spyOn(navigator, 'vendor', 'get').mockReturnValue('Apple Computer, Inc.')
    const db = await open()
    await db.put('meta', 1, 'key')
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
    say('pagehide', true)
    const early = db.put('meta', 2, 'key')
    await turns()
    expect(transaction).not.toHaveBeenCalled()
    say('pageshow', true)
    await early
    expect(await db.get('meta', 'key')).toBe(2)
  })

  it.each([
    ['Google Inc.', true],
    ['Apple Computer, Inc.', false],
  ])('%s, kept for the way back %s: what is open may end', async (vendor, persisted) => {
    vi.spyOn(navigator, 'vendor', 'get').mockReturnValue(vendor)
    const db = await open()
    const write = await midway(db)
    say('pagehide', persisted)
    write.go()
    await write.done
    await db.put('meta', 1, 'late')
    expect(await Promise.all(['b', 'late'].map((key) => db.get('meta', key)))).toEqual(['second', 1])
  })
})
