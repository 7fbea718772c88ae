// Which roles somebody has, each with what it may do; and the stations of a kitchen screen.

import type { Role, StationAnswer } from '../core/protocol'
import { Chip } from '../ui/Chip'
import { Icon } from '../ui/icons'
import { roleName } from '../ui/UserMenu'
import { text } from './texts'

const ROLES: readonly Role[] = ['manager', 'editor', 'translator', 'waiter', 'kitchen', 'viewer', 'owner']

export interface RolePickerProps {
  chosen: readonly Role[]
  onChange: (roles: Role[]) => void
  error: string | null
}

/** A group of chips; several can be chosen. */
export function RolePicker({ chosen, onChange, error }: RolePickerProps) {
  return (
    <fieldset class="picker" aria-describedby="role-error">
      <legend class="field-label">{text('staffRoles')}</legend>
      <div class="picker-chips">
        {ROLES.map((role) => (
          <Chip
            key={role}
            pressed={chosen.includes(role)}
            title={roleHelp(role)}
            onToggle={(isOn) => onChange(isOn ? [...chosen, role] : chosen.filter((one) => one !== role))}
          >
            {roleName(role)}
          </Chip>
        ))}
      </div>
      {chosen.length > 0 && (
        <ul class="picker-help">
          {chosen.map((role) => (
            <li key={role}>
              <strong>{roleName(role)}:</strong> {roleHelp(role)}
            </li>
          ))}
        </ul>
      )}
      <p class="field-error" id="role-error" aria-live="polite">
        {error !== null && (
          <>
            <Icon name="alert" size={16} />
            <span>{error}</span>
          </>
        )}
      </p>
    </fieldset>
  )
}

export interface StationPickerProps {
  stations: readonly StationAnswer[]
  chosen: readonly string[]
  onChange: (ids: string[]) => void
}

/** None chosen means all. */
export function StationPicker({ stations, chosen, onChange }: StationPickerProps) {
  if (stations.length === 0) return null
  return (
    <fieldset class="picker">
      <legend class="field-label">{text('staffStations')}</legend>
      <div class="picker-chips">
        {stations.map(({ id, name }) => (
          <Chip
            key={id}
            pressed={chosen.includes(id)}
            onToggle={(isOn) => onChange(isOn ? [...chosen, id] : chosen.filter((one) => one !== id))}
          >
            {name}
          </Chip>
        ))}
      </div>
      <p class="field-hint">{text('staffStationsHint')}</p>
    </fieldset>
  )
}

function roleHelp(role: Role): string {
  const help: Readonly<Record<Role, string>> = {
    owner: text('roleOwnerHelp'),
    manager: text('roleManagerHelp'),
    editor: text('roleEditorHelp'),
    translator: text('roleTranslatorHelp'),
    waiter: text('roleWaiterHelp'),
    kitchen: text('roleKitchenHelp'),
    viewer: text('roleViewerHelp'),
    guest: '',
  }
  return help[role]
}
