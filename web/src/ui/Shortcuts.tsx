// The list of keys behind `?`.

import { Dialog } from './Dialog'
import { uiText } from './texts'

export interface ShortcutGroup {
  readonly title: string
  readonly keys: readonly { readonly keys: readonly string[]; readonly label: string }[]
}

/** A dialog with the keys of the screen and those of every page. */
export function Shortcuts({
  open,
  onClose,
  groups,
}: {
  open: boolean
  onClose: () => void
  groups: readonly ShortcutGroup[]
}) {
  const general: ShortcutGroup = {
    title: uiText('shortcutsGeneral'),
    keys: [
      { keys: ['?'], label: uiText('shortcutHelp') },
      { keys: ['Esc'], label: uiText('shortcutEscape') },
      { keys: ['Tab'], label: uiText('shortcutTab') },
    ],
  }
  return (
    <Dialog title={uiText('shortcuts')} open={open} onClose={onClose}>
      <div class="shortcuts">
        {[...groups, general].map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {group.keys.map((one) => (
                <div key={one.label}>
                  <dt>
                    {one.keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{one.label}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
