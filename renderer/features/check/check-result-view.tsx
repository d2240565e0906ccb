import type { CheckResult } from '../../../ipc/schemas/check.ts'
import { useSettings } from '../../state/settings.ts'
import { copyText } from '../../state/copy-text.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { checkAsText } from './check-text.ts'
import { FindingsList } from './findings-list.tsx'
import { verdictWords } from './verdict-words.ts'
import './check.css'

/** One image's result: the verdict in words, what to do, and every finding. */
export function CheckResultView({ check }: { readonly check: CheckResult }) {
  const units = useSettings((state) => state.settings.units)
  const { title, detail, advice, tone } = verdictWords(check, units)
  return (
    <div className="check-result">
      <div className={`check-verdict check-verdict-${tone} selectable`}>
        <strong>{title}</strong>
        <p>{detail}</p>
        <p className="check-advice">{advice}</p>
      </div>
      {check.live && (
        <Banner tone="info" title="Checked live">
          A VM was writing to the image meanwhile; the result may lag behind. Nothing was locked.
        </Banner>
      )}
      {check.findings.length > 0 && (
        <>
          <FindingsList check={check} />
          <Button
            size="small"
            icon="copy"
            className="check-copy"
            onClick={() => copyText(checkAsText(check, units), 'Result')}
          >
            Copy result
          </Button>
        </>
      )}
    </div>
  )
}
