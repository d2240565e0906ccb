import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { Badge } from '../../ui/badge.tsx'
import { Tooltip } from '../../ui/tooltip.tsx'
import { useNow } from '../../state/clock.ts'
import { texts } from '../../texts/texts.ts'
import { explainHealth, healthWordsOf } from './health-words.ts'

/** Health in a word and a sign; dashed when the file changed after the check. */
export function HealthBadge({ row }: { readonly row: LibraryRow }) {
  const now = useNow(60_000)
  const { word, tone, icon } = healthWordsOf(row)
  return (
    <Tooltip content={explainHealth(row, now)}>
      <span className="health-badge">
        <Badge tone={tone} icon={icon} half={row.healthStale}>
          {word}
        </Badge>
        {row.healthStale && <span className="visually-hidden">{texts().health.beforeChange}</span>}
      </span>
    </Tooltip>
  )
}
