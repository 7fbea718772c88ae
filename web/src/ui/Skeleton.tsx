// The grey shape of what is being loaded, so that nothing jumps when it arrives.

/** lines: how many lines of text it stands for. */
export function Skeleton({ lines = 1 }: { lines?: number | undefined }) {
  return (
    <span class="skeleton" aria-hidden="true">
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} class="skeleton-line" />
      ))}
    </span>
  )
}
