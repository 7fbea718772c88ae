// Golden frames as lib0, y-protocols and Yjs themselves write them.
// node vectors.mjs > frames.json

import * as encoding from 'lib0/encoding'
import * as authProtocol from 'y-protocols/auth'
import * as awarenessProtocol from 'y-protocols/awareness'
import * as syncProtocol from 'y-protocols/sync'
import * as Y from 'yjs'

const hex = write => {
  const encoder = encoding.createEncoder()
  write(encoder)
  return Buffer.from(encoding.toUint8Array(encoder)).toString('hex')
}
const sync = write => hex(encoder => {
  encoding.writeVarUint(encoder, 0)
  write(encoder)
})
const document = (client, edit) => {
  const doc = new Y.Doc()
  doc.clientID = client
  edit(doc)
  return doc
}
const awareness = (client, ...states) => {
  const known = new awarenessProtocol.Awareness(document(client, () => {}))
  known.meta.get(client).clock = 0
  for (const state of states) known.setLocalState(state)
  const update = awarenessProtocol.encodeAwarenessUpdate(known, [client])
  known.destroy()
  return hex(encoder => {
    encoding.writeVarUint(encoder, 1)
    encoding.writeVarUint8Array(encoder, update)
  })
}

const empty = document(1, () => {})
const typed = document(1, doc => doc.getText('t').insert(0, 'Crème brûlée 🍮'))
const priced = document(1, doc => doc.getMap('m').set('k', 1250))
const erased = document(1, doc => {
  doc.getText('t').insert(0, 'abc')
  doc.getText('t').delete(1, 1)
})

console.log(JSON.stringify({
  varuints: Object.fromEntries([0, 127, 128, 16383, 16384, 2 ** 32, 2 ** 53 - 1].map(n => [n, hex(encoder => encoding.writeVarUint(encoder, n))])),
  var_strings: Object.fromEntries(['', 'm', 'é', '🍜'].map(text => [text, hex(encoder => encoding.writeVarString(encoder, text))])),
  step_1_empty: sync(encoder => syncProtocol.writeSyncStep1(encoder, empty)),
  step_1_typed: sync(encoder => syncProtocol.writeSyncStep1(encoder, typed)),
  step_2_empty: sync(encoder => syncProtocol.writeSyncStep2(encoder, empty)),
  step_2_typed: sync(encoder => syncProtocol.writeSyncStep2(encoder, typed)),
  update_priced: sync(encoder => syncProtocol.writeUpdate(encoder, Y.encodeStateAsUpdate(priced))),
  update_erased: sync(encoder => syncProtocol.writeUpdate(encoder, Y.encodeStateAsUpdate(erased))),
  awareness_named: awareness(1, { user: { name: 'Zoë' } }),
  awareness_gone: awareness(1, {}, null),
  denied: hex(encoder => {
    encoding.writeVarUint(encoder, 2)
    authProtocol.writePermissionDenied(encoder, 'no')
  })
}, null, 2))
process.exit(0) // awareness keeps a timer
