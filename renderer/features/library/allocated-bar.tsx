import { formatPercent } from '../../format/counts.ts'

/** How much of the virtual disk takes room on the host. */
export function AllocatedBar({ share }: { readonly share: number | undefined }) {
  if (share === undefined) return <span className="library-unknown">–</span>
  return (
    <span className="allocated-bar">
      <span className="allocated-bar-track" aria-hidden="true">
        <span className="allocated-bar-fill" style={{ width: `${Math.min(share, 1) * 100}%` }} />
      </span>
      <span className="allocated-bar-text">
        {/* Metadata and snapshots can make a file larger than its disk: say so, do not cap it. */}
        {share > 1 ? `${Math.round(share * 100)} %` : formatPercent(share)}
      </span>
    </span>
  )
}
