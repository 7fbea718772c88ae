// Somebody as a disc in their colour, always with initials. The ink is chosen for contrast.

export interface AvatarProps {
  name: string
  color?: string | undefined
  ink?: string | undefined
  initials?: string | undefined
  title?: string | undefined
  idle?: boolean | undefined
  size?: 'small' | 'medium' | 'large' | undefined
}

/** A disc with initials; its name is said to screen readers. */
export function Avatar({ name, color, ink, initials, title, idle = false, size = 'medium' }: AvatarProps) {
  const own = {
    '--person': color ?? 'var(--accent)',
    '--person-ink': ink ?? (color ? inkOn(color) : 'var(--accent-ink)'),
  }
  return (
    <span
      class={`avatar avatar-${size}${idle ? ' is-idle' : ''}`}
      style={own}
      role="img"
      aria-label={title ?? name}
      title={title ?? name}
    >
      <span aria-hidden="true">{initials ?? initialsOf(name)}</span>
    </span>
  )
}

/** "Ana Belén Ruiz" -> "AR"; one word gives its first letter. */
export function initialsOf(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean)
  const first = [...(words[0] ?? '?')][0] ?? '?'
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : ''
  return (first + last).toLocaleUpperCase()
}

/** Black or white, whichever is read better on a colour such as `#1d6f42`; white when it is not one. */
export function inkOn(color: string): '#ffffff' | '#000000' {
  const parts = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color)
  if (parts === null) return '#ffffff'
  const [red = 0, green = 0, blue = 0] = parts.slice(1).map((part) => linear(Number.parseInt(part, 16) / 255))
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
  return 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 ? '#ffffff' : '#000000'
}

function linear(part: number): number {
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
}
