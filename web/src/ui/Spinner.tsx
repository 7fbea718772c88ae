// A turning ring for waits of unknown length; with reduced motion it breathes instead.

/** label: said to screen readers; leave it out where words beside it say the same. */
export function Spinner({ label, size }: { label?: string | undefined; size?: 'small' | 'large' | undefined }) {
  const named =
    label === undefined ? { 'aria-hidden': true as const } : { role: 'status' as const, 'aria-label': label }
  return <span class={size === 'large' ? 'spinner spinner-large' : 'spinner'} {...named} />
}
