// Every reason that the server may give has words in the reader's language, by its code or by its status.

import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { chooseLanguage, LANGUAGES } from '../../src/core/i18n'
import { ApiError } from '../../src/core/session'
import { isProblemKey, problemText } from '../../src/ui/problem-texts'
import de from '../../src/ui/problem-texts/de'
import en from '../../src/ui/problem-texts/en'
import es from '../../src/ui/problem-texts/es'
import fr from '../../src/ui/problem-texts/fr'
import { problemsReady, problemWords } from '../../src/ui/problem-words'

/** Errors whose status says all that people need: 401, 403, 404, 413, 429, 500, 503. */
const SAID_BY_STATUS = [
  'TokenEnded',
  'RightWithdrawn',
  'DocumentGone',
  'TooLarge',
  'TooManySockets',
  'TooManyAttempts',
  'Overloaded',
  'EngineFailed',
  'StoreError',
]

/** What only programs can do wrong: our pages do not send it, or keep people from it before. */
const OF_PROGRAMS = `
  address_too_long bad_any_tag bad_cursor bad_delete_range bad_document_name bad_edit bad_field bad_form
  bad_frame bad_json bad_parent bad_resource bad_room bad_rooms bad_status bad_utf8 bad_variation bad_version
  bad_webhook_url binary_frame client_twice count_exceeds_data empty_document_name engine_refused field_missing
  forged_client_id gone_during_upgrade id_missing integer_out_of_range internal_error invalid_json legacy_json
  missing_parameter no_hello not_a_document not_a_menu not_a_room not_subscribed origin_not_before_item overload
  own_menu pre_auth_overflow root_name_too_long second_hello state_vector_too_large subprotocol text_frame
  too_deep too_many_clients too_many_entries too_many_missing too_many_ranges too_many_subscriptions
  too_many_webhooks too_much_pending too_slow trailing_bytes truncated unknown_action unknown_auth_type
  unknown_channel unknown_content unknown_message unknown_op unknown_order unknown_sync_type unknown_type
  varint_too_long websocket_frame wrong_restaurant zero_length
`.split(/\s+/)

/** The words that stand for a status instead of a code. */
const OF_STATUSES = [
  'not_allowed',
  'not_signed_in',
  'not_there',
  'too_large',
  'too_often',
  'busy',
  'server_failed',
  'changed_meanwhile',
]

const source = ['api', 'collab', 'rooms', 'storage']
  .flatMap((folder) =>
    readdirSync(`../${folder}`, { recursive: true, encoding: 'utf8' }).map((one) => `../${folder}/${one}`),
  )
  .filter((path) => path.endsWith('.py'))
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n')

/** Every code with the errors that carry it: `raise X("…", reason="code")`, and those of the classes themselves. */
function codesOfServer(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  const note = (code: string, error: string): void => void found.set(code, (found.get(code) ?? new Set()).add(error))
  for (const [, error = '', code = ''] of source.matchAll(/\b([A-Z]\w+)\(\s*(?:f?"[^"]*"\s*)+,\s*reason="(\w+)"/g)) {
    note(code, error)
  }
  return found
}

beforeAll(problemsReady)
afterEach(() => chooseLanguage('en'))

describe("the words of the server's reasons", () => {
  const codes = codesOfServer()

  test('are there for every code that people can meet', () => {
    expect(codes.size).toBeGreaterThan(150)
    const open = [...codes].filter(([, errors]) => ![...errors].every((one) => SAID_BY_STATUS.includes(one)))
    const missing = open.map(([code]) => code).filter((code) => !isProblemKey(code) && !OF_PROGRAMS.includes(code))
    expect(missing, 'give them words in src/ui/problem-texts, or say that only programs meet them').toEqual([])
  })

  test('are about codes that the server has', () => {
    const strays = Object.keys(en).filter((key) => !OF_STATUSES.includes(key) && !source.includes(`"${key}"`))
    expect(strays).toEqual([])
  })

  test.each([
    ['de', de],
    ['es', es],
    ['fr', fr],
  ])('are in %s, too', (_, translated) => {
    const words: Readonly<Record<string, string>> = translated
    expect(Object.keys(words).sort()).toEqual(Object.keys(en).sort())
    const same = Object.entries(en).filter(([key, sentence]) => words[key] === sentence)
    expect(same).toEqual([])
  })
})

describe('a refusal', () => {
  const refused = (status: number, code: string, detail = 'Said in English.') => new ApiError(status, code, detail)

  test('is told in the language of the page, in English as the server says it', async () => {
    expect(problemWords(refused(409, 'table_in_use'))).toBe('Said in English.')
    for (const language of LANGUAGES.filter((one) => one !== 'en')) {
      chooseLanguage(language)
      await problemText.ready()
      expect(problemWords(refused(409, 'table_in_use'))).toBe(problemText('table_in_use'))
      expect(problemWords(refused(409, 'table_in_use'))).not.toMatch(/English/)
    }
  })

  test.each([
    [401, 'token_expired', 'not_signed_in'],
    [403, 'forbidden_act', 'not_allowed'],
    [404, 'webhook_not_found', 'not_there'],
    [409, 'epoch_changed', 'changed_meanwhile'],
    [413, 'frame_too_large', 'too_large'],
    [429, 'too_many_attempts', 'too_often'],
    [500, 'internal_error', 'server_failed'],
    [503, 'saving_paused', 'busy'],
  ] as const)('without words of its own is told by its status: %i %s', async (status, code, key) => {
    chooseLanguage('de')
    await problemText.ready()
    expect(problemWords(refused(status, code))).toBe(problemText(key))
  })

  test('says which line of a file it means, also in another language', async () => {
    chooseLanguage('de')
    await problemText.ready()
    expect(problemWords(refused(422, 'unusable_file', 'Line 3 has no price.'))).toBe(
      'Diese Datei lässt sich nicht als Speisekarte lesen. (Line 3 has no price.)',
    )
  })

  test('about rights and failures does not name what is inside', () => {
    expect(problemWords(refused(403, 'forbidden_act'))).toBe('You may not do this here.')
    expect(problemWords(refused(503, 'store_error'))).toMatch(/^The server cannot do this right now/)
    expect(problemWords(refused(418, 'teapot', ''))).toMatch(/teapot/)
  })
})
