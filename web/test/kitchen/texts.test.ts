import { afterEach, expect, test } from 'vitest'
import { language } from '../../src/core/i18n'
import { allergenList, text } from '../../src/kitchen/texts'

afterEach(() => {
  language.value = 'en'
})

test('allergens are read in the language of the screen, those of the house as it calls them', async () => {
  expect(allergenList(['gluten', 'nuts', 'Knoblauch'])).toBe('gluten, nuts, Knoblauch')
  language.value = 'de'
  await text.ready()
  expect(allergenList(['gluten', 'nuts', 'Knoblauch'])).toBe('Gluten, Schalenfrüchte, Knoblauch')
})
