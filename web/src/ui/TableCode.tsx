// The way in for the guests of a table: a large QR code and the address under it.

import { dayAndTime } from '../core/dates'
import { Button } from './Button'
import { copyText } from './copy-text'
import { Icon } from './icons'
import { uiText } from './texts'

export interface TableCodeProps {
  name: string
  url: string
  qrSvg: string
  untilMs?: number | undefined
}

/** To hold up, to scan, or to try. */
export function TableCode({ name, url, qrSvg, untilMs }: TableCodeProps) {
  return (
    <div class="table-code">
      <p class="table-code-name" dir="auto">
        {tableTitle(name)}
      </p>
      <img class="table-code-picture" src={svgAddress(qrSvg)} alt={uiText('tableScan')} width="272" height="272" />
      <p>{uiText('tableScan')}</p>
      <code class="table-code-address">{url}</code>
      <div class="table-code-actions">
        <Button icon="copy" onClick={() => void copyText(url)}>
          {uiText('copyAddress')}
        </Button>
        <a class="button button-primary" href={url} target="_blank" rel="noopener">
          <Icon name="open" />
          <span>{uiText('tableOpenGuest')}</span>
        </a>
      </div>
      <p class="note">
        {untilMs !== undefined && `${uiText('validUntil', { when: dayAndTime(untilMs) })}. `}
        {uiText('tableOnce')}
      </p>
    </div>
  )
}

/** A table as people call it: "Table 4" for 4, and as it is where the name says more. */
export function tableTitle(name: string): string {
  return /^[\p{N}]+\p{L}?$/u.test(name.trim()) ? uiText('tableName', { name }) : name
}

/** A drawing as an address for <img>: what it holds cannot act in the page. */
export function svgAddress(svg: string): string {
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
