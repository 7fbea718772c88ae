// Equal in the sense of Yjs's own test helper: same content, same state vector, same deletes, same
// structs, nothing pending. As a program: node compare.mjs < states.json (a JSON array of states).

import { fileURLToPath } from 'node:url'

const COMPARED = ['sha256', 'state_vector', 'delete_set', 'structs_sha256']

/** The first difference as a sentence, or null. `states` is {name: state}. */
export const difference = states => {
  const named = Object.entries(states)
  for (const [name, state] of named) {
    if (state.pending_structs) return `${name} still waits for structs`
    if (state.pending_deletes) return `${name} still waits for deletes`
  }
  const [[firstName, first], ...others] = named
  for (const [name, state] of others) {
    for (const field of COMPARED) {
      if (state[field] !== first[field]) return `${field} differs between ${firstName} and ${name}`
    }
  }
  return null
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const chunks = []
  for await (const chunk of process.stdin) chunks.push(chunk)
  const found = difference({ ...JSON.parse(Buffer.concat(chunks).toString('utf8')) })
  if (found !== null) {
    console.error(found)
    process.exit(1)
  }
  console.log('equal')
}
