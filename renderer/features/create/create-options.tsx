import { formatBytes } from '../../format/bytes.ts'
import { Checkbox } from '../../ui/checkbox.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { Select } from '../../ui/select.tsx'
import { createTexts } from './create-texts.ts'
import { leastExtendedCluster, type NewImage, type Preallocation } from './new-image.ts'

export interface CreateOptionsProps {
  readonly image: NewImage
  readonly onChange: (part: Partial<NewImage>) => void
}

const preallocations: readonly Preallocation[] = ['off', 'metadata', 'falloc', 'full']
const clusterSizes = Array.from({ length: 13 }, (_, index) => 512 * 2 ** index)
const refcountWidths = [1, 2, 4, 8, 16, 32, 64]

/** What most people leave as it is. */
export function CreateOptions({ image, onChange }: CreateOptionsProps) {
  const words = createTexts()
  const isQcow2 = image.base !== undefined || image.format === 'qcow2'
  return (
    <Disclosure label={words.advanced}>
      <div>
        <Segmented
          label={words.preallocation}
          options={preallocations
            // A raw image has no tables that could be made beforehand.
            .filter((value) => isQcow2 || value !== 'metadata')
            .map((value) => ({ value, label: words.preallocations[value] }))}
          value={image.preallocation}
          onChange={(preallocation) => onChange({ preallocation })}
        />
        <p className="field-hint">{words.preallocationMeaning[image.preallocation]}</p>
      </div>
      {isQcow2 ? (
        <Qcow2Options image={image} onChange={onChange} />
      ) : (
        <p className="field-hint">{words.rawHasNone}</p>
      )}
    </Disclosure>
  )
}

function Qcow2Options({ image, onChange }: CreateOptionsProps) {
  const words = createTexts()
  const isThree = image.compat === '1.1'
  return (
    <>
      <div className="create-grid">
        <Select
          label={words.clusterSize}
          options={clusterSizes.map((size) => ({
            value: String(size),
            label: formatBytes(size, 'binary'),
          }))}
          value={String(image.clusterSize)}
          onChange={(value) => {
            const clusterSize = Number(value)
            onChange({
              clusterSize,
              ...(clusterSize < leastExtendedCluster && { extendedL2: false }),
            })
          }}
        />
        <Select
          label={words.compat}
          options={(['1.1', '0.10'] as const).map((value) => ({
            value,
            label: words.compats[value],
          }))}
          value={image.compat}
          onChange={(compat) => onChange({ compat })}
        />
        {isThree && (
          <>
            <Select
              label={words.compressionType}
              options={(['zlib', 'zstd'] as const).map((value) => ({ value, label: value }))}
              value={image.compressionType}
              onChange={(compressionType) => onChange({ compressionType })}
            />
            <Select
              label={words.refcountBits}
              options={refcountWidths.map((bits) => ({ value: String(bits), label: String(bits) }))}
              value={String(image.refcountBits)}
              onChange={(bits) => onChange({ refcountBits: Number(bits) })}
            />
          </>
        )}
      </div>
      <p className="field-hint create-note">{words.clusterSizeHint}</p>
      <Checkbox
        label={words.extendedL2}
        hint={isThree ? words.extendedL2Hint : words.versionThree}
        checked={isThree && image.extendedL2}
        disabled={!isThree}
        onChange={(extendedL2) =>
          onChange({
            extendedL2,
            ...(extendedL2 &&
              image.clusterSize < leastExtendedCluster && { clusterSize: leastExtendedCluster }),
          })
        }
      />
      <Checkbox
        label={words.lazyRefcounts}
        hint={isThree ? words.lazyRefcountsHint : words.versionThree}
        checked={isThree && image.lazyRefcounts}
        disabled={!isThree}
        onChange={(lazyRefcounts) => onChange({ lazyRefcounts })}
      />
    </>
  )
}
