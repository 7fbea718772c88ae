// What the developer of --dev is called who has not said a name yet: each window another herb or spice, so
// that whoever tries two of them sees two people.

const KEPT = 'mirepoix.given-name'
export const GIVEN_NAMES = [
  'Basil',
  'Rosemary',
  'Ginger',
  'Olive',
  'Sage',
  'Juniper',
  'Clementine',
  'Saffron',
  'Angelica',
  'Laurel',
  'Marjoram',
  'Tarragon',
] as const

/** The name of this window; the same after a reload. */
export function givenName(): string {
  const drawn = GIVEN_NAMES[Math.floor(Math.random() * GIVEN_NAMES.length)] ?? GIVEN_NAMES[0]
  try {
    const kept = sessionStorage.getItem(KEPT)
    if (kept !== null) return kept
    sessionStorage.setItem(KEPT, drawn)
  } catch {
    // Nothing is kept here: another one after a reload.
  }
  return drawn
}
