import type { DiskLayout } from '../../../ipc/schemas/disk.ts'
import type { PlanOf } from '../../../ipc/schemas/plan.ts'
import { formatBytes } from '../../format/bytes.ts'
import { useSettings } from '../../state/settings.ts'
import { Checkbox } from '../../ui/checkbox.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { TextField } from '../../ui/text-field.tsx'
import type { Preallocation, ResizeChoice, ResizeOutlook } from './resize-outlook.ts'
import { resizeTexts } from './resize-texts.ts'

export interface ResizeOptionsProps {
  readonly choice: ResizeChoice
  readonly outlook: ResizeOutlook
  readonly layout: DiskLayout | undefined
  /** Of the plan for exactly this size. */
  readonly detail: PlanOf<'resize'> | undefined
  /** What is cut off would be gone. */
  readonly needsWord: boolean
  readonly onChange: (part: Partial<ResizeChoice>) => void
}

/** What can be chosen about the new size; only what applies to it. */
export function ResizeOptions(props: ResizeOptionsProps) {
  const { choice, outlook, layout, onChange } = props
  const words = resizeTexts().options
  if (outlook.direction === 'none' || outlook.isBelowFloor || outlook.problem !== undefined) {
    return null
  }
  const hasGpt = layout?.table?.kind === 'gpt'
  return (
    <div className="resize-options">
      {hasGpt && <MoveGpt {...props} />}
      {outlook.direction === 'shrink' ? (
        <>
          <Checkbox
            label={words.keepCut}
            hint={outlook.isUnknown ? words.keepCutForced : words.keepCutHint}
            checked={choice.keepCut || outlook.isUnknown}
            disabled={outlook.isUnknown}
            onChange={(keepCut) => onChange({ keepCut })}
          />
          <Agreement {...props} />
        </>
      ) : (
        <Disclosure label={words.advanced}>
          <div>
            <Segmented
              label={words.preallocation}
              options={preallocations.map((value) => ({
                value,
                label: words.preallocations[value],
              }))}
              value={choice.preallocation}
              onChange={(preallocation) => onChange({ preallocation })}
            />
            <p className="field-hint">{words.preallocationHint[choice.preallocation]}</p>
          </div>
        </Disclosure>
      )}
    </div>
  )
}

const preallocations: readonly Preallocation[] = ['off', 'metadata', 'falloc', 'full']

function MoveGpt({ choice, detail, onChange }: ResizeOptionsProps) {
  const units = useSettings((state) => state.settings.units)
  const words = resizeTexts().options
  return (
    <Checkbox
      label={words.moveGpt}
      hint={
        detail?.gptBackupMovesTo === undefined
          ? words.moveGptHintPlain
          : words.moveGptHint(formatBytes(detail.gptBackupMovesTo, units))
      }
      checked={choice.moveGpt}
      onChange={(moveGpt) => onChange({ moveGpt })}
    />
  )
}

/** The person's word for what is lost: a check mark where it is known what that is, else the size once more. */
function Agreement({ choice, outlook, needsWord, onChange }: ResizeOptionsProps) {
  const units = useSettings((state) => state.settings.units)
  const words = resizeTexts().options
  if (outlook.isUnknown) {
    return (
      <TextField
        className="resize-retype"
        label={words.retype}
        value={choice.retyped}
        hint={words.retypeHint}
        onChange={(retyped) => onChange({ retyped })}
      />
    )
  }
  return needsWord ? (
    <Checkbox
      label={words.agree(formatBytes(outlook.target, units))}
      checked={outlook.hasAgreed}
      onChange={(agreed) => onChange({ agreedTo: agreed ? outlook.target : undefined })}
    />
  ) : null
}
