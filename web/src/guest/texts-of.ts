// Texts of a menu: what people wrote, by language. A text that is missing in the chosen language is
// shown in the menu's own one, so that no dish is ever without a name.

/** Locale -> text. */
export type MenuTexts = Readonly<Record<string, string>>

/** The text for a reader: the wished language, its base ("de" of "de-CH"), the menu's own, any. */
export function textOf(texts: MenuTexts, wished: string, own: string): string {
  return (
    texts[wished] || texts[wished.split('-')[0] ?? ''] || texts[own] || Object.values(texts).find((text) => text) || ''
  )
}

/** Which of the languages of a menu suits a reader best. */
export function bestLocale(locales: readonly string[], readers: readonly string[]): string {
  for (const reader of readers) {
    const base = reader.split('-')[0]
    const found = locales.find((one) => one === reader) ?? locales.find((one) => one.split('-')[0] === base)
    if (found !== undefined) return found
  }
  return locales[0] ?? 'en'
}
