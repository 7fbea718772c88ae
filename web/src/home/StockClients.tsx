// Under --dev: how the providers of other Yjs projects connect to this very server.

import { copyText } from '../ui/copy-text'
import { IconButton } from '../ui/IconButton'
import { Icon } from '../ui/icons'
import { uiText } from '../ui/texts'
import { text } from './texts'

/** Three examples to copy. */
export function StockClients() {
  return (
    <details class="stock-clients">
      <summary>
        <Icon name="chevron" size={18} />
        <span>
          <strong>{text('stockClients')}</strong>
          <span class="note">{text('stockClientsHelp')}</span>
        </span>
      </summary>
      <div class="snippets">
        {examples().map(([name, code]) => (
          <figure key={name} class="snippet">
            <figcaption>
              <strong>{name}</strong>
              <IconButton
                icon="copy"
                label={`${uiText('copy')}: ${text('example', { name })}`}
                onClick={() => void copyText(code)}
              />
            </figcaption>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled with the keyboard */}
            <pre tabIndex={0}>
              <code>{code}</code>
            </pre>
          </figure>
        ))}
      </div>
    </details>
  )
}

function examples(): readonly [string, string][] {
  const base = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}`
  const menu = 'asia-bistro'
  return [
    ['y-websocket', `new WebsocketProvider(\n  '${base}/ws/y',\n  '${menu}',\n  doc,\n)`],
    [
      'Hocuspocus',
      `new HocuspocusProvider({\n  url: '${base}/ws/hocuspocus',\n  name: '${menu}',\n  document: doc,\n})`,
    ],
    ['y-sweet', `createYjsProvider(\n  doc,\n  '${menu}',\n  '${location.origin}/api/v1/ysweet/auth',\n)`],
  ]
}
