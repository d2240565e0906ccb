import { Segmented } from '../../ui/segmented.tsx'
import { Select } from '../../ui/select.tsx'
import { algorithmWords } from '../jobs/job-words.ts'
import { batchTexts } from './batch-texts.ts'
import type { BatchOptions, BatchWork } from './batch-work.ts'

export interface BatchPlanOptionsProps {
  readonly work: BatchWork
  readonly options: BatchOptions
  readonly onChange: (options: BatchOptions) => void
}

/** What can be chosen for all images together; mapping has nothing to choose. */
export function BatchPlanOptions({ work, options, onChange }: BatchPlanOptionsProps) {
  const words = batchTexts().plan
  if (work === 'check') {
    return (
      <div>
        <Segmented
          label={words.depth}
          options={[
            { value: 'metadata', label: words.depths.metadata },
            { value: 'full', label: words.depths.full },
          ]}
          value={options.depth}
          onChange={(depth) => onChange({ ...options, depth })}
        />
        <p className="field-hint">{words.depthMeaning[options.depth]}</p>
      </div>
    )
  }
  if (work === 'compact') {
    return (
      <Select
        label={words.mode}
        options={[
          { value: 'auto', label: words.modes.auto },
          { value: 'in-place', label: words.modes['in-place'] },
          { value: 'punch', label: words.modes.punch },
          { value: 'zeroes', label: words.modes.zeroes },
          { value: 'rewrite', label: words.modes.rewrite },
        ]}
        value={options.mode}
        onChange={(mode) => onChange({ ...options, mode })}
      />
    )
  }
  if (work === 'repair') {
    return (
      <div>
        <Segmented
          label={words.repairs}
          options={[
            { value: 'all', label: words.repairModes.all },
            { value: 'leaks', label: words.repairModes.leaks },
          ]}
          value={options.repair}
          onChange={(repair) => onChange({ ...options, repair })}
        />
        <p className="field-hint">{words.repairMeaning[options.repair]}</p>
      </div>
    )
  }
  if (work !== 'hash') return null
  return (
    <div className="batch-plan-pair">
      <Select
        label={words.algorithm}
        options={[
          { value: 'sha256', label: algorithmWords.sha256 },
          { value: 'sha512', label: algorithmWords.sha512 },
          { value: 'sha1', label: algorithmWords.sha1 },
        ]}
        value={options.algorithm}
        onChange={(algorithm) => onChange({ ...options, algorithm })}
      />
      <Select
        label={words.target}
        options={[
          { value: 'content', label: words.targets.content },
          { value: 'file', label: words.targets.file },
        ]}
        value={options.target}
        onChange={(target) => onChange({ ...options, target })}
      />
    </div>
  )
}
