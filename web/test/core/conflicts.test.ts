import { expect, test } from 'vitest'
import * as Y from 'yjs'
import file from '../../../tests/vectors/conflicts.json'
import { askingKind, type Container, isSame, partConflicts, patchOf } from '../../src/core/conflicts'
import { array, nullable, number, object, optional, record, string, unknown } from '../../src/core/guard'
import { groupOf, itemOf, sectionOf } from '../../src/menu/menu'
import { isObject, type Registers } from '../../src/menu/registers'

const expectedForm = object({ key: string(), values: array(unknown()) })
const editForm = object({ root: string(), part: string(), user: string(), ms: number() })
const caseForm = object({
  name: string(),
  document: record(record(unknown())),
  published: nullable(unknown()),
  facts: optional(object({ text_edits: array(editForm), clashes: array(unknown()) })),
  expected: array(expectedForm),
})
const vectors = object({ cases: array(caseForm) })(file, 'conflicts.json')
const OURS = /^(?:prices|allergens|diets|deleted)\//
const READERS = { sections: sectionOf, items: itemOf, modgroups: groupOf }

test.each(vectors.cases.map((one) => [one.name, one] as const))(
  'as the server says: %s',
  (_, { document, facts, expected }) => {
    const doc = documentOf(document)
    const found = (['sections', 'items', 'modgroups'] as const).flatMap((container) =>
      [...doc.getMap(container).keys()].flatMap((id) => {
        const textEdit = facts?.text_edits.find((one) => one.root === container && one.part === id)
        const options = textEdit === undefined ? {} : { textEdit: { userId: textEdit.user, ms: textEdit.ms } }
        return partConflicts(container, partOf(doc, container, id), options)
      }),
    )
    const shown = found.map(({ key, candidates }) => ({ key, values: candidates.map(({ value }) => value) }))
    const wanted = expected.filter(({ key }) => OURS.test(key)).map(({ key, values }) => ({ key, values }))
    const byKey = (a: { key: string }, b: { key: string }): number => (a.key < b.key ? -1 : 1)
    expect(shown.sort(byKey)).toEqual(wanted.sort(byKey))
  },
)

test('the vectors have cases of every kind', () => {
  const kinds = new Set(vectors.cases.flatMap(({ expected }) => expected.map(({ key }) => key.split('/')[0])))
  expect([...kinds]).toEqual(expect.arrayContaining(['prices', 'allergens', 'diets', 'deleted']))
})

test('an old edit is written where nothing changed, left where both agree, else asked about', () => {
  expect(patchOf(1, 2, 1)).toEqual({ kind: 'write' })
  expect(patchOf(1, 2, 2)).toEqual({ kind: 'nothing' })
  expect(patchOf(1, 2, 3)).toEqual({ kind: 'ask' })
  expect(patchOf(['s', 'a'], ['t', 'b'], ['s', 'a'])).toEqual({ kind: 'write' })
})

test('values are the same by what they say', () => {
  expect(isSame({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true)
  for (const [a, b] of [
    [1, true],
    [null, undefined],
    [[1], [1, 2]],
    [{ a: 1 }, { b: 1 }],
    ['1', 1],
  ])
    expect(isSame(a, b)).toBe(false)
})

test('only prices, allergens and diets ask', () => {
  expect(
    ['price', 'var:x:price', 'allergen:milk', 'diet:vegan', 'loc', 'pos', 'station', 'tag:x'].map(askingKind),
  ).toEqual(['prices', 'prices', 'allergens', 'diets', null, null, null, null])
})

test('names and bases are shown', () => {
  const doc = documentOf({ items: { soup: { 'price@a': [1, 'ana', 2], 'price@b': [3, 'bo', 1] } } })
  const [found] = partConflicts('items', partOf(doc, 'items', 'soup'), {
    nameOf: (id, replica) => `${id}:${replica}`,
    baseOf: () => 7,
  })
  expect(found).toMatchObject({ base: 7, candidates: [{ name: 'ana:a' }, { name: 'bo:b' }] })
})

function partOf(
  doc: Y.Doc,
  container: Container,
  id: string,
): { id: string; registers: Registers; isDeleted: boolean } {
  const map = doc.getMap(container).get(id)
  return map instanceof Y.Map ? READERS[container](id, map) : expect.fail(`${container}/${id}`)
}

function documentOf(plain: Record<string, Record<string, unknown>>): Y.Doc {
  const doc = new Y.Doc()
  for (const [root, entries] of Object.entries(plain)) {
    for (const [id, value] of Object.entries(entries)) doc.getMap(root).set(id, root === 'meta' ? value : nested(value))
  }
  return doc
}

function nested(fields: unknown): Y.Map<unknown> {
  const entries = isObject(fields) ? Object.entries(fields) : []
  return new Y.Map(
    entries.map(([key, value]) => [
      key,
      (key === 'name' || key === 'desc') && isObject(value) ? textsOf(value) : value,
    ]),
  )
}

function textsOf(value: { readonly [key: string]: unknown }): Y.Map<Y.Text> {
  return new Y.Map(Object.entries(value).map(([locale, text]) => [locale, new Y.Text(String(text))]))
}
