// Money is a whole number of minor units. People type decimals, with a comma or a point.

const MAX_MINOR_UNITS = 100_000_000

/** One currency as one locale writes it. */
export class Money {
  readonly symbol: string
  private readonly digits: number
  private readonly numbers: Intl.NumberFormat
  private readonly amounts: Intl.NumberFormat

  constructor(locale: string, currency: string) {
    this.amounts = new Intl.NumberFormat(locale, { style: 'currency', currency })
    this.digits = this.amounts.resolvedOptions().maximumFractionDigits ?? 2
    this.symbol = this.amounts.formatToParts(0).find((part) => part.type === 'currency')?.value ?? currency
    this.numbers = new Intl.NumberFormat(locale, {
      minimumFractionDigits: this.digits,
      maximumFractionDigits: this.digits,
      useGrouping: false,
    })
  }

  /** 950 -> "9,50" */
  plain(minorUnits: number): string {
    return this.numbers.format(minorUnits / 10 ** this.digits)
  }

  /** 950 -> "9,50 €" */
  full(minorUnits: number): string {
    return this.amounts.format(minorUnits / 10 ** this.digits)
  }

  /** An example of the form that `parse` takes. */
  get example(): string {
    return this.plain(950 * 10 ** (this.digits - 2))
  }

  /** "9,50", "9.5", "€ 9" -> 950, 950, 900. null when it is not clearly one amount. */
  parse(typed: string): number | null {
    const text = typed.replace(this.symbol, '').replace(/[\s\u00a0\u202f']/g, '')
    const match = /^(\d+)(?:[.,](\d*))?$/.exec(text)
    if (match === null) return null
    const fraction = match[2] ?? ''
    if (fraction.length > this.digits) return null // 1.234 may be a thousand or a bit over one
    const minorUnits = Number((match[1] ?? '') + fraction.padEnd(this.digits, '0'))
    return minorUnits <= MAX_MINOR_UNITS ? minorUnits : null
  }
}
