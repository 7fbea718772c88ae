// msgpack as the rooms protocol uses it: nil, booleans, numbers, text, bytes, lists, maps with text keys.
// No extension types, no 64-bit integers beyond 2^53: the server sends none and takes none.
// A tenth of the size of a complete library, which guests' phones would have to load.

const LARGEST_INT = 2 ** 32 // larger whole numbers travel as doubles, which are exact up to 2^53
const DEPTH_LIMIT = 64
const TO_BYTES = new TextEncoder()
const TO_TEXT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The bytes of a value. Fields that are undefined are left out. Throws TypeError for what has no form. */
export function encode(value: unknown): Uint8Array<ArrayBuffer> {
  const writer = new Writer()
  writer.value(value)
  return writer.done()
}

/** The value of bytes; `bytes` in it are views, not copies. Throws RangeError for what is not one whole value. */
export function decode(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes)
  const value = reader.value(0)
  if (!reader.isDone) throw new RangeError('msgpack: bytes behind the end')
  return value
}

class Writer {
  #bytes = new Uint8Array(256)
  #view = new DataView(this.#bytes.buffer)
  #at = 0

  done(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#at)
  }

  value(value: unknown): void {
    if (value === null || value === undefined) this.#byte(0xc0)
    else if (typeof value === 'boolean') this.#byte(value ? 0xc3 : 0xc2)
    else if (typeof value === 'number') this.#number(value)
    else if (typeof value === 'string') this.#text(value)
    else if (value instanceof Uint8Array) {
      this.#head(value.length, 0xc4, [0, 1, 2])
      this.#raw(value)
    } else if (Array.isArray(value)) {
      this.#sized(value.length, 0x90, 0xdc)
      for (const one of value) this.value(one)
    } else if (typeof value === 'object') this.#map(Object.entries(value))
    else throw new TypeError(`msgpack: no form for ${typeof value}`)
  }

  #map(entries: readonly (readonly [string, unknown])[]): void {
    const given = entries.filter(([, value]) => value !== undefined)
    this.#sized(given.length, 0x80, 0xde)
    for (const [key, value] of given) {
      this.#text(key)
      this.value(value)
    }
  }

  #number(value: number): void {
    if (!Number.isInteger(value) || value >= LARGEST_INT || value < -LARGEST_INT / 2 || Object.is(value, -0)) {
      this.#byte(0xcb)
      this.#room(8).setFloat64(this.#at - 8, value)
    } else if (value >= -32 && value < 128) this.#byte(value & 0xff)
    else if (value > 0) this.#head(value, 0xcc, [0, 1, 2])
    else {
      this.#byte(0xd2)
      this.#room(4).setInt32(this.#at - 4, value)
    }
  }

  #text(text: string): void {
    const bytes = TO_BYTES.encode(text)
    if (bytes.length < 32) this.#byte(0xa0 | bytes.length)
    else this.#head(bytes.length, 0xd9, [0, 1, 2])
    this.#raw(bytes)
  }

  /** The head of a list or a map: small, 16 or 32 bits. */
  #sized(length: number, small: number, first: number): void {
    if (length < 16) this.#byte(small | length)
    else this.#head(length, first, [null, 0, 1])
  }

  /** A type and an unsigned number of 8, 16 or 32 bits; steps: what each size adds to the type. */
  #head(value: number, first: number, [small, middle, large]: readonly [number | null, number, number]): void {
    if (small !== null && value < 2 ** 8) {
      this.#byte(first + small)
      this.#byte(value)
    } else if (value < 2 ** 16) {
      this.#byte(first + middle)
      this.#room(2).setUint16(this.#at - 2, value)
    } else {
      this.#byte(first + large)
      this.#room(4).setUint32(this.#at - 4, value)
    }
  }

  #byte(byte: number): void {
    this.#room(1).setUint8(this.#at - 1, byte)
  }

  #raw(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#at - bytes.length)
  }

  /** Moves on by so many bytes, which are then there to be written. */
  #room(length: number): DataView {
    this.#at += length
    if (this.#at > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#at, this.#bytes.length * 2))
      larger.set(this.#bytes)
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    return this.#view
  }
}

class Reader {
  readonly #view: DataView
  #at = 0

  constructor(private readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get isDone(): boolean {
    return this.#at === this.bytes.length
  }

  value(depth: number): unknown {
    if (depth > DEPTH_LIMIT) throw new RangeError('msgpack: too deep')
    const type = this.#view.getUint8(this.#take(1))
    if (type < 0x80) return type
    if (type < 0x90) return this.#map(type & 0x0f, depth)
    if (type < 0xa0) return this.#list(type & 0x0f, depth)
    if (type < 0xc0) return this.#text(type & 0x1f)
    if (type >= 0xe0) return type - 0x100
    return this.#typed(type, depth)
  }

  #typed(type: number, depth: number): unknown {
    switch (type) {
      case 0xc0:
        return null
      case 0xc2:
      case 0xc3:
        return type === 0xc3
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#slice(this.#unsigned(type - 0xc4))
      case 0xca:
        return this.#view.getFloat32(this.#take(4))
      case 0xcb:
        return this.#view.getFloat64(this.#take(8))
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#unsigned(type - 0xcc)
      case 0xcf:
        return Number(this.#view.getBigUint64(this.#take(8)))
      case 0xd0:
        return this.#view.getInt8(this.#take(1))
      case 0xd1:
        return this.#view.getInt16(this.#take(2))
      case 0xd2:
        return this.#view.getInt32(this.#take(4))
      case 0xd3:
        return Number(this.#view.getBigInt64(this.#take(8)))
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#unsigned(type - 0xd9))
      case 0xdc:
      case 0xdd:
        return this.#list(this.#unsigned(type - 0xdb), depth)
      case 0xde:
      case 0xdf:
        return this.#map(this.#unsigned(type - 0xdd), depth)
      default:
        throw new RangeError(`msgpack: type ${type} is not used here`)
    }
  }

  /** An unsigned number of 8 << size bits. */
  #unsigned(size: number): number {
    const at = this.#take(1 << size)
    if (size === 0) return this.#view.getUint8(at)
    return size === 1 ? this.#view.getUint16(at) : this.#view.getUint32(at)
  }

  #list(length: number, depth: number): unknown[] {
    const list: unknown[] = []
    for (let at = 0; at < length; at += 1) list.push(this.value(depth + 1))
    return list
  }

  #map(length: number, depth: number): Record<string, unknown> {
    const entries: [string, unknown][] = []
    for (let at = 0; at < length; at += 1) {
      const key = this.value(depth + 1)
      if (typeof key !== 'string') throw new RangeError('msgpack: keys are text')
      entries.push([key, this.value(depth + 1)])
    }
    return Object.fromEntries(entries) // a key `__proto__` becomes a plain field
  }

  #text(length: number): string {
    return TO_TEXT.decode(this.#slice(length))
  }

  #slice(length: number): Uint8Array {
    const at = this.#take(length)
    return this.bytes.subarray(at, at + length)
  }

  /** Where the next bytes are. Throws RangeError when they are not there. */
  #take(length: number): number {
    const at = this.#at
    this.#at += length
    if (this.#at > this.bytes.length) throw new RangeError('msgpack: cut off')
    return at
  }
}
