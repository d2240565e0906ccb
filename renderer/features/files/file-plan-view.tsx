import type { ActionPlan } from '../../../ipc/schemas/plan.ts'
import { formatCount } from '../../format/counts.ts'
import { texts } from '../../texts/texts.ts'
import { Facts } from '../../ui/facts.tsx'
import './files.css'

/** Where a file is and where it will be, and the overlays that are told. */
export function FilePlanView({ plan }: { readonly plan: ActionPlan | undefined }) {
  if (plan?.detail.kind !== 'file') return null
  const { from, to, relinked } = plan.detail
  const words = texts().files
  return (
    <div className="file-plan">
      <Facts
        items={[
          { label: words.from, value: from },
          ...(to === undefined ? [] : [{ label: words.to, value: to }]),
        ]}
      />
      {relinked.length > 0 && (
        <div>
          <p>{words.relinked(relinked.length, formatCount(relinked.length))}</p>
          <ul className="file-relinked selectable">
            {relinked.map((path) => (
              <li key={path}>{path}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}
