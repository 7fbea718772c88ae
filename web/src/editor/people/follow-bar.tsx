// Who follows whom, always in sight of both, and the ways out: not to follow any more, and not to be seen.

import { formatList } from '../../core/i18n'
import { hidePlace, isPlaceHidden } from '../../core/yjs/presence'
import { useEditor } from '../state'
import { t } from '../texts'

/** A bar at the bottom while somebody follows somebody. */
export function FollowBar() {
  const { following, live } = useEditor()
  const isHidden = isPlaceHidden(live.awareness).value
  const whom = following.whom.value
  const followers = following.followers.value
  const first = followers[0]
  if (whom === null && first === undefined && !isHidden) return null
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
      {(first !== undefined || isHidden) && (
        <p role="status" style={first === undefined ? {} : { '--person': first.color }}>
          {first !== undefined && (
            <span>
              {t.count('followed_by', followers.length, { names: formatList(followers.map((one) => one.name)) })}
            </span>
          )}
          {isHidden && first === undefined && <span>{t('place_hidden')}</span>}
          <button type="button" class="link-button" onClick={() => hidePlace(live.awareness, !isHidden)}>
            {t(isHidden ? 'place_show' : 'place_hide')}
          </button>
        </p>
      )}
    </div>
  )
}
