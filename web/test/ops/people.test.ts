// Who is here, from the connections.

import { expect, test } from 'vitest'
import type { OpenConnection } from '../../src/core/protocol'
import { shortVersion } from '../../src/ops/ConnectionsTable'
import { peopleOf } from '../../src/ops/people'

const connection = (changes: Partial<OpenConnection>): OpenConnection => ({
  id: 'c',
  user: 'ana',
  name: 'Ana',
  roles: ['waiter'],
  restaurant: 'bistro',
  device: '',
  app: '',
  is_old: false,
  door: 'rooms',
  since_ms: 0,
  status: 'active',
  rtt_ms: null,
  unsynced: null,
  is_slow: false,
  rooms: [],
  ...changes,
})

test('somebody with two devices is one person, away only when all of them are', () => {
  const phone = connection({ device: 'Phone', status: 'idle', unsynced: 2, rooms: ['floor:bistro'] })
  const tablet = connection({ device: 'Tablet', roles: ['waiter', 'kitchen'], unsynced: 1 })
  const [ana] = peopleOf([phone, tablet])
  expect(ana).toMatchObject({ name: 'Ana', connections: 2, isIdle: false, unsynced: 3 })
  expect(ana?.devices).toEqual(['Phone', 'Tablet'])
  expect(ana?.roles).toEqual(['waiter', 'kitchen'])
  expect(peopleOf([phone])[0]?.isIdle).toBe(true)
})

test('the same name in another restaurant is somebody else, and who has not signed in is nobody', () => {
  const found = peopleOf([
    connection({ restaurant: 'bistro' }),
    connection({ restaurant: 'other' }),
    connection({ user: null, name: null }),
  ])
  expect(found).toHaveLength(2)
})

test('a build is shown by its first digits, other versions as they are', () => {
  expect(shortVersion('kitchen/1a2b3c4d5e6f')).toBe('kitchen/1a2b3c4')
  expect(shortVersion('till 4.2')).toBe('till 4.2')
})
