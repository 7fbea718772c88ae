// Who follows whom, always in sight of both, and the way out.

import { formatList } from '../core/i18n'
import { useEditor } from './state'
import { t } from './texts'

/** A bar at the bottom while somebody follows somebody. */
export function FollowBar() {
  const { following } = useEditor()
  const whom = following.whom.value
  const followers = following.followers.value
  const first = followers[0]
  if (whom === null && first === undefined) return null
  return (
    <div class="follow-bar" data-follow="">
      {whom !== null && (
        <p role="status" style={{ '--person': whom.color }}>
          <span>{t('following', { name: whom.name })}</span>
          <button type="button" class="link-button" onClick={() => following.stop()}>
            {t('follow_stop')}
          </button>
        </p>
      )}
      {first !== undefined && (
        <p role="status" style={{ '--person': first.color }}>
          {t.count('followed_by', followers.length, { names: formatList(followers.map((one) => one.name)) })}
        </p>
      )}
    </div>
  )
}
