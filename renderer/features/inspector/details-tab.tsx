import type { ImageInfo } from '../../../ipc/schemas/image.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { exactBytes, formatBytes, type ByteUnits } from '../../format/bytes.ts'
import { counted } from '../../format/counts.ts'
import { exactDate } from '../../format/dates.ts'
import { formatOffset } from '../../format/offsets.ts'
import { copyText } from '../../state/copy-text.ts'
import { useSettings } from '../../state/settings.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Facts, type Fact } from '../../ui/facts.tsx'
import { ClustersCard } from './clusters-card.tsx'
import { WithInfo } from './with-info.tsx'

/** Everything the header says, for people who know the format. */
export function DetailsTab({ row }: { readonly row: LibraryRow }) {
  const units = useSettings((state) => state.settings.units)
  return (
    <WithInfo row={row}>
      {(info) => (
        <div className="inspector-stack">
          <div className="inspector-bar">
            <span className="muted">Sizes are exact on hover.</span>
            <Button
              size="small"
              icon="copy"
              onClick={() => copyText(`${JSON.stringify(info, null, 2)}\n`, 'Details')}
            >
              Copy as JSON
            </Button>
          </div>
          <Card title="File">
            <Facts items={fileFacts(info, units)} />
          </Card>
          {info.qcow2 && (
            <>
              <Card title="qcow2 header">
                <Facts items={headerFacts(info.qcow2, units)} />
              </Card>
              <Card title="Feature bits">
                <Facts
                  items={[
                    { label: 'Incompatible', value: names(info.qcow2.features.incompatible) },
                    { label: 'Compatible', value: names(info.qcow2.features.compatible) },
                    { label: 'Autoclear', value: names(info.qcow2.features.autoclear) },
                  ]}
                />
              </Card>
              <ListCard
                title="Header extensions"
                empty="None."
                items={info.qcow2.extensions.map(
                  ({ type, name, length }) =>
                    `${name} (${formatOffset(type)}), ${counted(length, 'byte')}`,
                )}
              />
              <ListCard
                title="Persistent bitmaps"
                empty="None."
                items={info.qcow2.bitmaps.map(
                  ({ name, granularity, flags }) =>
                    `${name}: one bit per ${formatBytes(granularity, units)}${flags.length === 0 ? '' : `, ${flags.join(', ')}`}`,
                )}
              />
              <ClustersCard key={row.id} row={row} />
            </>
          )}
        </div>
      )}
    </WithInfo>
  )
}

function ListCard({
  title,
  items,
  empty,
}: {
  readonly title: string
  readonly items: readonly string[]
  readonly empty: string
}) {
  return (
    <Card title={title}>
      {items.length === 0 ? (
        <p className="muted">{empty}</p>
      ) : (
        <ul className="details-list selectable">
          {[...new Set(items)].map((item) => (
            <li key={item}>{item}</li>
          ))}
        </ul>
      )}
    </Card>
  )
}

function fileFacts(info: ImageInfo, units: ByteUnits): readonly Fact[] {
  const size = (label: string, bytes: number): Fact => ({
    label,
    value: formatBytes(bytes, units),
    title: exactBytes(bytes),
  })
  return [
    { label: 'Format', value: info.format },
    size('Virtual size', info.virtualSize),
    size('File length', info.fileLength),
    size('On disk', info.allocatedBytes),
    { label: 'Modified', value: exactDate(info.modifiedAt) },
    ...(info.backingFile === undefined
      ? []
      : [
          { label: 'Backing file', value: <code>{info.backingFile}</code> },
          { label: 'Backing format', value: info.backingFormat ?? 'not given' },
        ]),
  ]
}

function headerFacts(header: NonNullable<ImageInfo['qcow2']>, units: ByteUnits): readonly Fact[] {
  const yes = (value: boolean): string => (value ? 'Yes' : 'No')
  return [
    { label: 'Version', value: header.version },
    {
      label: 'Cluster size',
      value: formatBytes(header.clusterSize, units),
      title: exactBytes(header.clusterSize),
    },
    { label: 'Refcount width', value: counted(header.refcountBits, 'bit') },
    { label: 'Compression', value: header.compressionType },
    { label: 'Encryption', value: header.encryption },
    { label: 'Extended L2', value: yes(header.extendedL2) },
    { label: 'Lazy refcounts', value: yes(header.lazyRefcounts) },
    { label: 'Dirty', value: yes(header.dirty) },
    { label: 'Corrupt', value: yes(header.corrupt) },
    ...(header.dataFile === undefined
      ? []
      : [
          { label: 'Data file', value: <code>{header.dataFile}</code> },
          { label: 'Data file is raw', value: yes(header.dataFileRaw) },
        ]),
    { label: 'Header length', value: counted(header.headerLength, 'byte') },
    {
      label: 'L1 table',
      value: `${formatOffset(header.l1Offset)}, ${counted(header.l1Entries, 'entry')}`,
    },
    {
      label: 'Refcount table',
      value: `${formatOffset(header.refcountTableOffset)}, ${counted(header.refcountTableClusters, 'cluster')}`,
    },
  ]
}

const names = (features: readonly string[]): string =>
  features.length === 0 ? 'None' : features.join(', ')
