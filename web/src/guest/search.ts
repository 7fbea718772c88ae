// Finding dishes by words, without minding case or accents: "creme brulee" finds "Crème brûlée".

/** A text in the form in which it is compared. */
export function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase()
}

/** Whether every word of a query is in one of the texts. An empty query finds everything. */
export function matches(query: string, texts: readonly string[]): boolean {
  const words = folded(query).split(/\s+/).filter(Boolean)
  if (words.length === 0) return true
  const all = folded(texts.join(' '))
  return words.every((word) => all.includes(word))
}
