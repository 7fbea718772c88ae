import * as whole from '@msgpack/msgpack'
import { describe, expect, it } from 'vitest'
import { decode, encode } from '../../src/core/msgpack'

const long = 'ä'.repeat(40_000)
const list = (length: number): number[] => Array.from({ length }, (_, at) => at)
const map = (length: number): Record<string, number> => Object.fromEntries(list(length).map((at) => [`k${at}`, at]))
const NUMBERS = [0, 1, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53]
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  ...NUMBERS,
  ...NUMBERS.slice(1).map((one) => -one),
  -32,
  -33,
  -129,
  1.5,
  -0.25,
  1e300,
  '',
  'a'.repeat(31),
  'a'.repeat(32),
  'a'.repeat(255),
  'a'.repeat(256),
  'Crème brûlée 🍮',
  '\ufeffBOM',
  long,
  new Uint8Array(0),
  new Uint8Array(255).fill(7),
  new Uint8Array(256),
  new Uint8Array(70_000).fill(9),
  list(15),
  list(16),
  list(70_000),
  map(15),
  map(16),
  map(70_000),
  ['sub', { h: 1, room: 'kitchen:r', epoch: 'e', offset: 12 }],
  { events: [['ticket.opened', 1, 'ana', 1_700_000_000_000, { lines: [{ name: { de: 'Suppe' } }] }]] },
]

describe('msgpack', () => {
  it('reads what a complete library writes, and is read by it', () => {
    for (const value of VALUES) {
      expect(decode(whole.encode(value))).toEqual(value)
      expect(whole.decode(encode(value))).toEqual(value)
    }
  })

  it('reads every width of a number that others may choose', () => {
    const bytes = (text: string): Uint8Array => Uint8Array.from(text.split(' ').map((one) => Number.parseInt(one, 16)))
    expect(decode(bytes('cf 00 00 01 8b cf e5 68 00'))).toBe(1_700_000_000_000)
    expect(decode(bytes('d3 ff ff ff ff ff ff ff fe'))).toBe(-2)
    expect(decode(bytes('d0 80'))).toBe(-128)
    expect(decode(bytes('d1 80 00'))).toBe(-32_768)
    expect(decode(bytes('ca 3f 80 00 00'))).toBe(1)
    expect(decode(bytes('dd 00 00 00 01 c0'))).toEqual([null])
  })

  it('leaves out what is undefined', () => {
    expect(decode(encode({ a: 1, b: undefined }))).toEqual({ a: 1 })
  })

  it('begins a sync frame as the server looks for it', () => {
    const frame = encode(['sync', { h: 3, data: new Uint8Array([1, 2]) }])
    expect([...frame]).toEqual([0x92, 0xa4, 0x73, 0x79, 0x6e, 0x63, 0x82, 0xa1, 0x68, 3, 0xa4, 0x64, 0x61, 0x74, 0x61, 0xc4, 2, 1, 2])
  })

  it('refuses what is cut off anywhere, has more behind it, or a type that is not used', () => {
    const frame = encode(['ev', { h: 300, first: 70_000, events: [['a', 1.5, 'ä', -40, new Uint8Array(3)]] }])
    for (let end = 0; end < frame.length; end += 1) expect(() => decode(frame.subarray(0, end))).toThrow(RangeError)
    for (const bytes of [[...frame, 0], [0xc1], [0xd4, 0, 0], [0xdf, 0xff, 0xff, 0xff, 0xff], [0x81, 1, 1]]) {
      expect(() => decode(Uint8Array.from(bytes))).toThrow(RangeError)
    }
    expect(() => decode(Uint8Array.from([0xa1, 0xff]))).toThrow(TypeError)
    expect(() => decode(new Uint8Array(100_000).fill(0x91))).toThrow(RangeError)
    expect(() => encode({ a: () => {} })).toThrow(TypeError)
  })

  it('does not let a key reach the prototype', () => {
    const value = decode(whole.encode(JSON.parse('{"__proto__": {"bad": true}}') as unknown))
    expect(({} as Record<string, unknown>).bad).toBeUndefined()
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  })
})
