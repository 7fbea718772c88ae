// The mark: three cut pieces, carrot, celery and onion, as a chef lays them out first.

/** The mark, with the name unless it must be short. */
export function Brand({ short = false }: { short?: boolean | undefined }) {
  return (
    <span class="brand">
      <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect class="brand-carrot" x="3" y="15.5" width="13" height="13" rx="3.2" />
        <rect class="brand-celery" x="18.5" y="15.5" width="10.5" height="13" rx="3.2" />
        <rect class="brand-onion" x="9.5" y="3.5" width="13" height="9.5" rx="3.2" />
      </svg>
      {!short && <span class="brand-name">Mirepoix</span>}
    </span>
  )
}
