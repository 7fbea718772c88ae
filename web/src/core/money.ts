// Money is a whole number of minor units. People type decimals as they are used to, with a comma or
// a point; what could be read in two ways ("1.234") is asked, never guessed.

/** What somebody typed: one amount, or two that it could mean (the larger first). */
export type Parsed = { readonly minor: number } | { readonly ambiguous: readonly [number, number] }

// ISO 4217, as the server counts: the currencies that do not have two decimals. Browsers do not agree
// among each other here (forints, pesos), and an amount must be the same on both sides of the wire.
const DECIMALS: ReadonlyMap<string, number> = new Map([
  ...of('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF', 0),
  ...of('BHD IQD JOD KWD LYD OMR TND', 3),
  ...of('CLF UYW', 4),
])
const GREATEST_MINOR = 10 ** 12
const MARKS = /[\u200e\u200f\u061c]/g // directions of writing, which some locales put around numbers
const SPACES = /[\s\u00a0\u2009\u202f'’]/g // also the thousands separators of French and Swiss numbers

/** One currency as one locale writes it. */
export class Money {
  readonly symbol: string
  /** Decimals of the currency: an amount is a whole number of 10^-decimals. */
  readonly decimals: number
  private readonly numbers: Intl.NumberFormat
  private readonly amounts: Intl.NumberFormat
  private readonly digits: ReadonlyMap<string, string>
  private readonly decimalSign: string

  constructor(locale: string, currency: string) {
    this.decimals = DECIMALS.get(currency) ?? 2
    const fraction = { minimumFractionDigits: this.decimals, maximumFractionDigits: this.decimals }
    this.amounts = new Intl.NumberFormat(locale, {
      style: 'currency',
      currency,
      currencyDisplay: 'narrowSymbol',
      ...fraction,
    })
    this.numbers = new Intl.NumberFormat(locale, { ...fraction, useGrouping: false })
    this.symbol = this.amounts.formatToParts(0).find((part) => part.type === 'currency')?.value ?? currency
    this.decimalSign =
      new Intl.NumberFormat(locale).formatToParts(1.5).find((part) => part.type === 'decimal')?.value ?? '.'
    this.digits = digitsOf(locale)
  }

  /** 950 -> "9,50": what an input shows; `parse` reads it back. */
  plain(minor: number): string {
    return this.numbers.format(minor / 10 ** this.decimals)
  }

  /** 950 -> "9,50 €". */
  full(minor: number): string {
    return this.amounts.format(minor / 10 ** this.decimals)
  }

  /** An example of what `parse` takes. */
  get example(): string {
    return this.plain(Math.round(9.5 * 10 ** this.decimals))
  }

  /** "9,50", "9.5", "€ 9", "1.234,50" -> minor units. null: not an amount, or more than there can be. */
  parse(typed: string): Parsed | null {
    const text = this.simplified(typed)
    if (!/^[\d.,]+$/.test(text) || !/\d/.test(text)) return null
    const signs = text.match(/[.,]/g) ?? []
    if (signs.length === 0) return this.amount(text, '')
    if (new Set(signs).size === 2) return this.withBothSigns(text)
    return signs.length > 1 ? this.grouped(text) : this.withOneSign(text)
  }

  private simplified(typed: string): string {
    const bare = typed.replace(MARKS, '').replace(this.symbol.replace(MARKS, ''), '').replace(SPACES, '')
    const latin = [...bare].map((sign) => this.digits.get(sign) ?? sign).join('')
    return latin.replaceAll('٫', '.').replaceAll('٬', ',')
  }

  // "1.234,50": the last sign parts the decimals, the other one the thousands.
  private withBothSigns(text: string): Parsed | null {
    const last = Math.max(text.lastIndexOf('.'), text.lastIndexOf(','))
    const whole = text.slice(0, last)
    const sign = text.charAt(last)
    if (whole.includes(sign) || !/^\d{1,3}(?:[.,]\d{3})+$/.test(whole)) return null
    return this.amount(whole.replace(/[.,]/g, ''), text.slice(last + 1))
  }

  // "1.234.567": thousands only.
  private grouped(text: string): Parsed | null {
    return /^\d{1,3}(?:[.,]\d{3})+$/.test(text) ? this.amount(text.replace(/[.,]/g, ''), '') : null
  }

  private withOneSign(text: string): Parsed | null {
    const [whole = '', fraction = ''] = text.split(/[.,]/)
    const mayBeThousands = /^[1-9]\d{0,2}$/.test(whole) && fraction.length === 3
    const asDecimals = this.amount(whole, fraction)
    if (!mayBeThousands) return asDecimals
    const asThousands = this.amount(whole + fraction, '')
    if (this.decimals === 0) return asThousands
    const writesDecimals = text.includes(latinSign(this.decimalSign))
    if (this.decimals === 3 && writesDecimals) return asDecimals
    const rounded = Math.round(Number(`${whole}.${fraction}`) * 10 ** this.decimals)
    return asThousands === null || !('minor' in asThousands) ? null : { ambiguous: [asThousands.minor, rounded] }
  }

  private amount(whole: string, fraction: string): Parsed | null {
    const exact = fraction.slice(0, this.decimals).padEnd(this.decimals, '0')
    if (/[1-9]/.test(fraction.slice(this.decimals))) return null
    const minor = Number(`${whole}${exact}`)
    return minor <= GREATEST_MINOR ? { minor } : null
  }
}

function of(currencies: string, decimals: number): [string, number][] {
  return currencies.split(' ').map((currency) => [currency, decimals])
}

function latinSign(sign: string): string {
  return sign === '٫' ? '.' : sign
}

// How the locale writes 0 to 9, where those are not the Latin digits.
function digitsOf(locale: string): ReadonlyMap<string, string> {
  const write = new Intl.NumberFormat(locale, { useGrouping: false })
  return new Map([...Array(10).keys()].map((digit) => [write.format(digit), String(digit)]))
}
