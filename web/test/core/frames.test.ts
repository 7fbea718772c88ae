import { expect, test } from 'vitest'
import { decodeFrame, encodeFrame } from '../../src/core/frames'

test('what is written is read as the same, bytes and all', () => {
  for (const size of [0, 1, 2, 3, 0x8000, 0x8001, 100_000]) {
    const data = Uint8Array.from({ length: size }, (_, at) => (at * 31) % 256)
    expect(decodeFrame(encodeFrame('sync', { h: 3, data }))).toEqual(['sync', { h: 3, data }])
  }
})

test('other frames keep a field that is called data as it is', () => {
  const frame = ['ev', { h: 1, first: 1, events: [['note', 1, 'guest', 5, { data: 'AAAA', text: 'Grüße 🌱' }]] }]
  expect(decodeFrame(JSON.stringify(frame))).toEqual(frame)
})

test('fields that are not said are left out', () => {
  expect(encodeFrame('sub', { h: 1, room: 'r', epoch: undefined })).toBe('["sub",{"h":1,"room":"r"}]')
})

test('what is no JSON throws', () => {
  expect(() => decodeFrame('[')).toThrow(SyntaxError)
  expect(() => decodeFrame('["sync",{"h":1,"data":"*"}]')).toThrow()
})
