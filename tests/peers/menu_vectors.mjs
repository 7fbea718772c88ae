// Menus as Yjs writes them, and what the browser client reads in them.
//   node menu_vectors.mjs write > ../vectors/menus.json     all cases, the same bytes every time
//   node menu_vectors.mjs read                              stdin: one JSON list of base64 updates a line;
//                                                           stdout: what is read in each, a line each
// Both engines must read the same: test_menu_vectors.py compares. Client ids are fixed.

import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { loadMenu } from '../../web/load_menu.mjs'

const { Y, plainJson, readMenu, replicaOf, writeRegister } = await loadMenu()

const SAMPLE = new URL('../../api/samples/asia_bistro_de.json', import.meta.url)
const SEED = 1

// --- writing -----------------------------------------------------------------

const base64 = update => Buffer.from(update).toString('base64')
const replica = (client, updates = []) => {
  const doc = new Y.Doc()
  doc.clientID = client
  for (const update of updates) Y.applyUpdate(doc, update)
  return doc
}
const all = doc => Y.encodeStateAsUpdate(doc)
const since = (doc, other) => Y.encodeStateAsUpdate(doc, Y.encodeStateVector(other))
const set = (map, register, value, { ms = 0, user = 'server', by = replicaOf(map.doc) } = {}) =>
  map.set(`${register}@${by}`, [value, user, ms])

const texts = given => {
  const map = new Y.Map()
  for (const [locale, text] of Object.entries(given)) map.set(locale, new Y.Text(text))
  return map
}
const part = (doc, root, id, { name = {}, desc = {}, ...registers }) => {
  const map = new Y.Map()
  doc.getMap(root).set(id, map)
  if (root !== 'modgroups') {
    map.set('name', texts(name))
    map.set('desc', texts(desc))
  }
  for (const [register, value] of Object.entries(registers)) set(map, register, value)
  return map
}
const menu = (fill = () => {}, meta = {}) => {
  const doc = replica(SEED)
  doc.transact(() => {
    const known = { schema: 1, menu_id: 'menu', currency: 'EUR', default_locale: 'de', locales: ['de', 'en'], ...meta }
    for (const [key, value] of Object.entries(known)) doc.getMap('meta').set(key, value)
    part(doc, 'sections', 's', { name: { de: 'Suppen', en: 'Soups' }, desc: { de: '', en: '' }, pos: 'a0' })
    part(doc, 'items', 'i', { name: { de: 'Klare', en: '' }, desc: { de: '', en: '' }, loc: ['s', 'a0'], price: 450 })
    fill(doc, doc.getMap('items').get('i'), doc.getMap('sections').get('s'))
  })
  return doc
}
const item = (doc, id, more = {}) => part(doc, 'items', id, { name: { de: id }, loc: ['s', 'a1'], ...more })

// --- the cases ----------------------------------------------------------------

const cases = {
  'a document without a menu': () => [all(replica(SEED))],
  'a menu without anything': () => {
    const doc = replica(SEED)
    for (const [key, value] of Object.entries({ schema: 1, currency: 'CHF', default_locale: 'fr' })) doc.getMap('meta').set(key, value)
    return [all(doc)]
  },
  'the first sections of a real menu': () => [all(excerpt(3))],
  'texts in several languages, some of them empty': () => [all(menu(doc => {
    item(doc, 'two', { name: { de: 'Suppe', en: 'Soup' }, desc: { de: 'klar', en: '' } })
    item(doc, 'foreign', { name: { en: 'Soup' } })
    item(doc, 'none', { name: {} })
    item(doc, 'late', { name: { fr: 'Soupe', 'de-AT': 'Suppe' } })
  }))],
  'emoji, combining marks and line ends in texts': () => [all(menu((doc, dish) => {
    dish.get('name').get('de').insert(1, '🍜👩‍🍳é\u{2f81a}')
    dish.get('desc').get('de').insert(0, 'a\r\nb\u2028c\u0000d')
    dish.get('name').get('en').insert(0, '\uffff\u{10ffff}')
  }))],
  'two prices of people who had not seen each other': () => {
    const base = all(menu())
    const [ann, bo] = [replica(100, [base]), replica(200, [base])]
    writeRegister(ann.getMap('items').get('i'), 'price', 500, 'ann', 2000)
    writeRegister(bo.getMap('items').get('i'), 'price', 550, 'bo', 1000)
    return [base, all(ann), all(bo)]
  },
  'three prices of the same millisecond: the greatest replica is read': () => [all(menu((doc, dish) => {
    for (const [by, price] of [['9', 1], ['10', 2], ['a', 3], ['Z', 4], ['', 5], ['a.1', 6]]) set(dish, 'price', price, { by, ms: 7 })
  }))],
  'replicas compare by code points': () => [all(menu((doc, dish) => {
    for (const [by, price] of [['\uff5a', 1], ['😀', 2], ['\ud7ff', 3]]) set(dish, 'price', price, { by, ms: 7 })
  }))],
  'a write that saw both leaves one price': () => {
    const base = all(menu())
    const [ann, bo] = [replica(100, [base]), replica(200, [base])]
    writeRegister(ann.getMap('items').get('i'), 'price', 500, 'ann', 2000)
    writeRegister(bo.getMap('items').get('i'), 'price', 550, 'bo', 1000)
    Y.applyUpdate(bo, all(ann))
    writeRegister(bo.getMap('items').get('i'), 'price', 525, 'bo', 1500)
    return [all(ann), all(bo)]
  },
  'allergens read as the strictest of their values': () => [all(menu((doc, dish) => {
    const levels = {
      gluten: ['contains'], nuts: ['free', 'contains'], soy: ['free', 'may'], fish: ['unknown'], egg: ['free', false, null, 0],
      milk: ['cotnains'], celery: [true], sesame: [1, 'free'], lupin: [['may']], mustard: [undefined], '': ['may']
    }
    for (const [code, values] of Object.entries(levels)) {
      values.forEach((value, place) => set(dish, `allergen:${code}`, value, { by: `r${place}`, ms: place }))
    }
  }))],
  'signs of registers in codes': () => [all(menu((doc, dish) => {
    dish.set('tag:me@home@1z', [true, 'ann', 1])
    dish.set('allergen:a:b@1z', ['contains', 'ann', 1])
    dish.set('additive:@@1z', [true, 'ann', 1])
    dish.set('diet:vegan@1z', [true, 'ann', 1])
    dish.set('diet:halal@1z', [false, 'ann', 1])
    dish.set('diet:kosher@1z', [1, 'ann', 1])
  }))],
  'keys that are no registers': () => [all(menu((doc, dish) => {
    for (const [key, value] of Object.entries({
      price: [1, 'ann', 1], '@a': [1, 'ann', 1], 'price@b': 12, 'price@c': [1, 'ann'], 'price@d': [1, 'ann', 'today'],
      'price@e': [1, 'ann', 1.5], 'price@f': [1, 'ann', 2 ** 53], 'price@g': { 0: 1 }, 'price@h': [1, 'ann', true], 'price@i': 'x', 'price@j': [], 'price@k': null
    })) dish.set(key, value)
    dish.set('price@l', new Y.Array())
    dish.set('kcal@m', [300, 7, 5, 'more'])
    dish.set('spice@n', [3, null, 5.0])
  }))],
  'variations with ties, deleted ones and odd fields': () => [all(menu((doc, dish) => {
    const fields = {
      'var:b:pos': 'a1', 'var:a:pos': 'a1', 'var:c:pos': 'a0', 'var:gone:pos': 'a2', 'var:gone:deleted': true, 'var:back:deleted': false,
      'var:a:name:de': 'klein', 'var:a:name:en': 'small', 'var:b:name:de': 'groß', 'var:a:price': 320, 'var:b:price': 10 ** 12 + 1,
      'var:c:price': -1, 'var:odd:pos': 5, 'var:odd:name:de': 7, 'var:bare': 1, 'var:': 2, 'var::price': 3, 'var:a:colour': 'red'
    }
    for (const [register, value] of Object.entries(fields)) set(dish, register, value)
    set(dish, 'var:a:price', 330, { by: 'z', ms: 9 })
  }))],
  'modifier groups, their options, and dishes that name them': () => [all(menu((doc, dish) => {
    part(doc, 'modgroups', 'sides', {
      'name:de': 'Beilagen', 'name:en': 'Sides', min: 1, max: 2,
      'opt:rice:name:de': 'Reis', 'opt:rice:pos': 'a1', 'opt:fries:name:de': 'Pommes', 'opt:fries:pos': 'a0', 'opt:fries:price': 150,
      'opt:old:name:de': 'Alt', 'opt:old:deleted': true
    })
    part(doc, 'modgroups', 'gone', { 'name:de': 'Weg', deleted: true })
    part(doc, 'modgroups', 'odd', { min: 1001, max: 'two', 'name:de': null })
    for (const [id, key] of Object.entries({ sides: 'a1', gone: 'a0', unknown: 'a1', off: false, empty: null, odd: '' })) set(dish, `mod:${id}`, key)
  }))],
  'deleted sections leave their dishes unplaced': () => [all(menu((doc, dish, section) => {
    set(section, 'deleted', true, { ms: 5, by: 'z' })
    item(doc, 'kept', { loc: ['t', 'a0'] })
    part(doc, 'sections', 't', { name: { de: 'Salate' }, pos: 'a1', deleted: false })
  }))],
  'deleted dishes, and one that came back': () => [all(menu((doc, dish) => {
    set(dish, 'deleted', true, { ms: 5, by: 'z' })
    const back = item(doc, 'back', { deleted: true })
    set(back, 'deleted', false, { ms: 6, by: 'z' })
    item(doc, 'odd', { deleted: 'yes' })
  }))],
  'places that cannot be read': () => [all(menu(doc => {
    for (const [id, loc] of Object.entries({ one: ['nowhere', 'a0'], two: 'odd', three: ['s'], four: [1, 'a0'], five: ['s', 1], six: ['s', 'a0', 'x'], seven: { 0: 's', 1: 'a0' }, eight: null })) item(doc, id, { loc })
    const map = item(doc, 'nine')
    map.delete(`loc@${SEED.toString(36)}`)
  }))],
  'sections and dishes whose order keys tie': () => [all(menu(doc => {
    for (const id of ['b', 'a', 'B', '10', '9']) {
      part(doc, 'sections', id, { name: { de: id }, pos: 'a0' })
      item(doc, id, { loc: ['s', 'a0'] })
    }
    part(doc, 'sections', 'unsaid', { name: { de: 'x' } })
    part(doc, 'sections', 'odd', { name: { de: 'x' }, pos: 5 })
  }))],
  'ids, keys and codes sort by code points, not by units': () => [all(menu((doc, dish) => {
    const high = ['\uff5a', '😀', '\ue000', '\ud7ff', '\u{10000}', 'z', '\uffff']
    for (const id of high) {
      part(doc, 'sections', id, { name: { de: id }, pos: 'a0' })
      item(doc, id, { loc: ['s', `a${id}`] })
      part(doc, 'modgroups', id, { 'name:de': id })
      set(dish, `allergen:${id}`, 'contains')
      set(dish, `tag:${id}`, true)
      set(dish, `mod:${id}`, 'a0')
      set(dish, `var:${id}:pos`, 'a0')
    }
  }))],
  'hours that can and cannot be read': () => [all(menu((doc, dish, section) => {
    const good = [{ day: 1, from: '11:00', to: '14:30' }, { day: 7, from: '22:00', to: '02:00' }, { day: 2.0, from: '00:00', to: '24:00' }]
    const bad = [{ day: 0, from: '11:00', to: '12:00' }, { day: 8, from: '11:00', to: '12:00' }, { day: 1.5, from: '11:00', to: '12:00' },
      { day: 1, from: '9:00', to: '12:00' }, { day: 1, from: '11:00', to: '24:01' }, { day: 1, from: '11:00' }, 'odd', null, [1, '11:00', '12:00'], { day: true, from: '11:00', to: '12:00' }, { day: 1, from: '11:00\n', to: '12:00' }]
    set(section, 'hours', [...bad.slice(0, 4), good[0], ...bad.slice(4), good[1], good[2]])
    set(section, 'station', 'hot')
    part(doc, 'sections', 't', { name: { de: 'T' }, pos: 'a1', hours: 'always', station: '' })
  }))],
  'everything else that a dish can say': () => [all(menu((doc, dish) => {
    const fields = { spice: 3, tax: 1900, station: 'bar', prep_s: 420, kcal: 220, abv: 520, photo: 'a'.repeat(64), hidden: true }
    for (const [register, value] of Object.entries(fields)) set(dish, register, value)
    dish.set('note', new Y.Text('für das Personal 🍜'))
    item(doc, 'odd', { spice: 11, tax: 10_001, station: 5, prep_s: 86_401, kcal: -1, abv: 'strong', photo: '', hidden: 1 }).set('note', 'no text')
    item(doc, 'edge', { price: 0, spice: 10, tax: 10_000, prep_s: 86_400, kcal: 100_000, abv: 10_000, hidden: false })
  }))],
  'numbers of every size and type': () => [all(menu(doc => {
    const numbers = {
      most: 10 ** 12, more: 10 ** 12 + 1, safe: 2 ** 53 - 1, unsafe: 2 ** 53, huge: 1e300, tiny: 1e-300, half: 450.5, float: 450.0, minus: -1, zero: -0,
      big: 450n, bigger: 2n ** 60n, edge: 2n ** 53n, text: '450', yes: true, nothing: null, list: [450], infinite: Infinity, nan: NaN, int31: 2 ** 31, single: 0.5
    }
    for (const [id, price] of Object.entries(numbers)) item(doc, id, { price, colour: { b: [price, 1.0], a: -0 } })
  }))],
  'the legend comes in the order of its signs': () => [all(menu((doc, dish) => {
    for (const code of ['eins', 'zehn', 'zwei', 'Weizen', 'unlisted']) set(dish, `additive:${code}`, true)
    for (const code of ['10', '2', 'Weizen', 'zz', 'Ei']) set(dish, `allergen:${code}`, 'contains')
  }, { legend: { allergens: { Weizen: 'B', 10: 'AA', 2: 'A', Ei: '😀', odd: 5 }, additives: { zehn: '10', eins: '1', zwei: '2', none: '' } } }))],
  'a file listed its codes in another order': () => [all(menu((doc, dish) => {
    for (const code of ['a', 'b', 'c', 'd']) {
      set(dish, `allergen:${code}`, code === 'd' ? 'may' : 'contains')
      set(dish, `tag:${code}`, true)
      set(dish, `diet:${code}`, true)
    }
    set(dish, 'order', { allergens: ['c', 'd', 'c', 'gone', 5, 'a'], traits: 'odd', diets: ['d', 'a'] })
  }, { legend: { allergens: { b: '1' } } }))],
  'meta of other types than expected': () => {
    const doc = menu(() => {}, { default_locale: 7, currency: '', source: 5, legend: ['odd'], schema: '1', menu_id: null })
    doc.getMap('meta').set('locales', Y.Array.from(['de', 'en']))
    return [all(doc)]
  },
  'further languages, some twice, some odd': () => [all(menu(() => {}, { locales: ['en', 'de', 'en', 5, '', 'fr'], source: 'a test' }))],
  'parts that are no maps, texts that are no texts': () => [all(menu(doc => {
    doc.getMap('items').set('plain', { name: 'x' })
    doc.getMap('items').set('list', Y.Array.from([1]))
    doc.getMap('items').set('text', new Y.Text('x'))
    doc.getMap('sections').set('none', null)
    const odd = item(doc, 'odd')
    odd.set('name', 'Suppe')
    odd.set('desc', new Y.Text('x'))
    const more = item(doc, 'more')
    more.get('name').set('en', 'Soup')
    more.get('name').set('fr', new Y.Map())
  }))],
  'a text with formats and an embedded object': () => [all(menu((doc, dish) => {
    const text = dish.get('name').get('de')
    text.insert(2, 'fett', { bold: true })
    text.insertEmbed(1, { image: 'x' })
  }))],
  'fields and roots of a later version': () => [all(menu((doc, dish) => {
    set(dish, 'colour', { deep: [1.0, { deeper: 2.5 }], b: null, a: undefined })
    doc.getMap('future').set('x', 1)
  }))],
  'ids that mean something to JavaScript': () => [all(menu((doc, dish) => {
    for (const id of ['constructor', 'toString', 'hasOwnProperty', '__proto__']) {
      item(doc, id, { name: { de: id, constructor: 'a' } })
      set(dish, `tag:${id}`, true)
      set(dish, `var:${id}:price`, 1)
    }
    dish.get('name').set('__proto__', new Y.Text('b'))
  }))],
  'moved, renamed and deleted at once': () => {
    const base = all(menu(doc => part(doc, 'sections', 't', { name: { de: 'Salate' }, pos: 'a1' })))
    const [ann, bo, cleo] = [100, 200, 300].map(client => replica(client, [base]))
    writeRegister(ann.getMap('items').get('i'), 'loc', ['t', 'a0'], 'ann', 1)
    bo.getMap('items').get('i').get('name').get('de').insert(5, ' Brühe')
    writeRegister(bo.getMap('items').get('i'), 'price', 500, 'bo', 2)
    writeRegister(cleo.getMap('items').get('i'), 'deleted', true, 'cleo', 3)
    return [base, all(cleo), all(ann), all(bo)]
  },
  'moved to two places at once': () => {
    const base = all(menu(doc => ['t', 'u'].forEach(id => part(doc, 'sections', id, { name: { de: id }, pos: 'a1' }))))
    const [ann, bo] = [replica(100, [base]), replica(200, [base])]
    writeRegister(ann.getMap('items').get('i'), 'loc', ['t', 'a0'], 'ann', 5)
    writeRegister(bo.getMap('items').get('i'), 'loc', ['u', 'a0'], 'bo', 4)
    return [base, all(ann), all(bo)]
  },
  'updates in the wrong order, and one of them twice': () => {
    const base = menu()
    const ann = replica(100, [all(base)])
    writeRegister(ann.getMap('items').get('i'), 'price', 500, 'ann', 5)
    const first = since(ann, base)
    const seen = replica(101, [all(ann)])
    writeRegister(ann.getMap('items').get('i'), 'price', 600, 'ann', 6)
    return [since(ann, seen), first, all(base), first]
  },
  'registers whose keys were deleted': () => {
    const base = menu()
    const ann = replica(100, [all(base)])
    ann.getMap('items').get('i').delete(`price@${SEED.toString(36)}`)
    ann.getMap('items').get('i').get('name').get('de').delete(0, 2)
    return [all(base), all(ann)]
  }
}

function excerpt(sections) {
  const file = JSON.parse(readFileSync(SAMPLE, 'utf8'))
  const doc = replica(SEED)
  const key = place => `a${'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'[place]}`
  doc.transact(() => {
    for (const [name, value] of Object.entries({ schema: 1, menu_id: 'menu', currency: file.currency, default_locale: file.locale, locales: [file.locale], legend: file.legend, source: file.source })) doc.getMap('meta').set(name, value)
    file.sections.slice(0, sections).forEach((section, place) => {
      const hours = section.available_at?.map(({ day, from, to }) => ({ day: DAYS.indexOf(day) + 1, from, to }))
      part(doc, 'sections', `s${place}`, { name: { de: section.name }, desc: { de: section.description }, pos: key(place), ...(hours && { hours }) })
      section.items.slice(0, 8).forEach((dish, at) => {
        const map = part(doc, 'items', `i${place}.${at}`, { name: { de: dish.name }, desc: { de: dish.description }, loc: [`s${place}`, key(at)], price: dish.price, spice: dish.spiciness })
        for (const code of dish.allergens) set(map, `allergen:${code}`, 'contains')
        for (const code of dish.additives) set(map, `additive:${code}`, true)
        for (const code of dish.traits) set(map, `tag:${code}`, true)
      })
    })
  })
  return doc
}

// --- reading ------------------------------------------------------------------

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

// What JSON has no form for is spelled out.
const json = value => {
  if (typeof value === 'bigint') return { bigint: String(value) }
  if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) }
  if (Array.isArray(value)) return value.map(json)
  if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, json(one)]))
  return value
}

/** {plain, registers}: registers are lists of [name, [[replica, value, user, ms], ...]], by root and id. */
const read = updates => {
  const doc = replica(999_999)
  for (const update of updates) Y.applyUpdate(doc, update)
  const found = readMenu(doc)
  const listed = parts => Object.fromEntries(parts.map(({ id, registers }) => [id, [...registers].map(([name, candidates]) =>
    [name, candidates.map(({ replica, value, userId, ms }) => [replica, json(value), userId, ms])])]))
  return {
    plain: plainJson(found),
    registers: {
      sections: listed([...found.sections, ...found.deletedSections]),
      items: listed([...found.sections.flatMap(({ items }) => items), ...found.unplaced, ...found.deletedItems]),
      modgroups: listed([...found.groups, ...found.deletedGroups])
    }
  }
}

switch (process.argv[2]) {
  case 'write': {
    const vectors = Object.entries(cases).map(([name, make]) => {
      const updates = make()
      return JSON.stringify({ name, updates: updates.map(base64), ...read(updates) })
    })
    process.stdout.write(`[\n${vectors.join(',\n')}\n]\n`)
    break
  }
  case 'read':
    for await (const line of createInterface({ input: process.stdin })) {
      const updates = JSON.parse(line).map(update => Buffer.from(update, 'base64'))
      process.stdout.write(JSON.stringify(read(updates)) + '\n')
    }
    break
  default:
    throw new Error('write or read?')
}
