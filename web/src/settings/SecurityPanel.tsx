// Whether this address can do what the product promises offline, and the way to one that can.

import { Banner } from '../ui/Banner'
import { PanelHead } from './parts'
import { text } from './texts'

const LOCAL = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/

/** secureUrl: what the server knows of itself. */
export function SecurityPanel({ secureUrl }: { secureUrl: string | null }) {
  const isSecure = window.isSecureContext
  const isLocal = location.protocol === 'http:' && LOCAL.test(location.hostname)
  return (
    <section class="panel">
      <PanelHead title={text('securityTitle')} />
      <Banner kind={isSecure ? 'good' : 'warn'} icon={isSecure ? 'shield' : 'unlock'}>
        <strong>{isSecure ? text('secureYes') : text('secureNo')}</strong>
        <p>{isSecure ? text('secureYesHelp') : text('secureNoHelp')}</p>
      </Banner>
      <dl class="facts">
        <dt>{text('securityAddress')}</dt>
        <dd>
          <code>{location.origin}</code>
        </dd>
      </dl>
      {isLocal && <p>{text('secureLocal')}</p>}
      {secureUrl !== null && secureUrl !== location.origin && (
        <p>
          {text('secureHave')} <a href={secureUrl}>{secureUrl}</a>
        </p>
      )}
      {secureUrl === null && (!isSecure || isLocal) && (
        <>
          <h3>{text('secureMake')}</h3>
          <p>{text('secureMakeHelp')}</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled with the keyboard */}
          <pre class="command" tabIndex={0}>
            <code>mirepoix serve --lan-tls</code>
          </pre>
          <p class="note">{text('secureProxy')}</p>
        </>
      )}
    </section>
  )
}
