import type { ReactNode } from 'react'
import type { CheckResult } from '../../../ipc/schemas/check.ts'
import { useSettings } from '../../state/settings.ts'
import { copyText } from '../../state/copy-text.ts'
import { texts } from '../../texts/texts.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { checkAsText } from './check-text.ts'
import { usePartitions } from './use-partitions.ts'
import { FindingsList } from './findings-list.tsx'
import { verdictWords } from './verdict-words.ts'
import './check.css'

export interface CheckResultViewProps {
  readonly check: CheckResult
  /** Where the image is as it was checked: ranges of the guest are told with their partitions. */
  readonly imageId?: number
  /** What can be done about it. */
  readonly actions?: ReactNode
}

/** One image's result: the verdict in words, what to do, and every finding. */
export function CheckResultView({ check, imageId, actions }: CheckResultViewProps) {
  const units = useSettings((state) => state.settings.units)
  const isPlaced = check.findings.some(({ guest }) => guest !== undefined)
  const partitions = usePartitions(isPlaced ? imageId : undefined)
  const words = texts().check
  const { title, detail, advice, tone } = verdictWords(check, units)
  return (
    <div className="check-result">
      <div className={`check-verdict check-verdict-${tone} selectable`}>
        <strong>{title}</strong>
        <p>{detail}</p>
        <p className="check-advice">{advice}</p>
      </div>
      {actions}
      {check.live && (
        <Banner tone="info" title={words.live.title}>
          {words.live.text}
        </Banner>
      )}
      {check.findings.length > 0 && (
        <>
          <FindingsList check={check} partitions={partitions} />
          <Button
            size="small"
            icon="copy"
            className="check-copy"
            onClick={() => copyText(checkAsText(check, units, partitions), words.result)}
          >
            {words.copy}
          </Button>
        </>
      )}
    </div>
  )
}
