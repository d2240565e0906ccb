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
import { detailsTexts } from './details-texts.ts'
import { WithInfo } from './with-info.tsx'

/** Everything the header says, for people who know the format. */
export function DetailsTab({ row }: { readonly row: LibraryRow }) {
  const words = detailsTexts()
  const units = useSettings((state) => state.settings.units)
  return (
    <WithInfo row={row}>
      {(info) => (
        <div className="inspector-stack details">
          <div className="inspector-bar">
            <span className="muted">{words.exactOnHover}</span>
            <Button
              size="small"
              icon="copy"
              onClick={() => copyText(`${JSON.stringify(info, null, 2)}\n`, words.copied)}
            >
              {words.copy}
            </Button>
          </div>
          <Card title={words.file}>
            <Facts items={fileFacts(info, units)} />
          </Card>
          {info.qcow2 && (
            <>
              <Card title={words.header}>
                <Facts items={headerFacts(info.qcow2, units)} />
              </Card>
              <Card title={words.features}>
                <Facts
                  items={[
                    { label: words.incompatible, value: names(info.qcow2.features.incompatible) },
                    { label: words.compatible, value: names(info.qcow2.features.compatible) },
                    { label: words.autoclear, value: names(info.qcow2.features.autoclear) },
                  ]}
                />
              </Card>
              <ListCard
                title={words.extensions}
                items={info.qcow2.extensions.map(({ type, name, length }) =>
                  words.extension(name, formatOffset(type), counted(length, 'byte')),
                )}
              />
              <ListCard
                title={words.bitmaps}
                items={info.qcow2.bitmaps.map(({ name, granularity, flags }) => {
                  const bitmap = words.bitmap(name, formatBytes(granularity, units))
                  return flags.length === 0 ? bitmap : words.bitmapFlags(bitmap, flags.join(', '))
                })}
              />
              <ClustersCard key={row.id} row={row} />
            </>
          )}
        </div>
      )}
    </WithInfo>
  )
}

function ListCard({ title, items }: { readonly title: string; readonly items: readonly string[] }) {
  return (
    <Card title={title}>
      {items.length === 0 ? (
        <p className="muted">{detailsTexts().none}</p>
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
  const { facts } = detailsTexts()
  const size = (label: string, bytes: number): Fact => ({
    label,
    value: formatBytes(bytes, units),
    title: exactBytes(bytes),
  })
  return [
    { label: facts.format, value: info.format },
    size(facts.virtualSize, info.virtualSize),
    size(facts.fileLength, info.fileLength),
    size(facts.onDisk, info.allocatedBytes),
    { label: facts.modified, value: exactDate(info.modifiedAt) },
    ...(info.backingFile === undefined
      ? []
      : [
          { label: facts.backing, value: <code>{info.backingFile}</code> },
          { label: facts.backingFormat, value: info.backingFormat ?? facts.notGiven },
        ]),
  ]
}

function headerFacts(header: NonNullable<ImageInfo['qcow2']>, units: ByteUnits): readonly Fact[] {
  const words = detailsTexts()
  const { facts } = words
  const yes = (value: boolean): string => (value ? words.yes : words.no)
  return [
    { label: facts.version, value: header.version },
    {
      label: facts.clusterSize,
      value: formatBytes(header.clusterSize, units),
      title: exactBytes(header.clusterSize),
    },
    { label: facts.refcountWidth, value: counted(header.refcountBits, 'bit') },
    { label: facts.compression, value: header.compressionType },
    { label: facts.encryption, value: header.encryption },
    { label: facts.extendedL2, value: yes(header.extendedL2) },
    { label: facts.lazyRefcounts, value: yes(header.lazyRefcounts) },
    { label: facts.dirty, value: yes(header.dirty) },
    { label: facts.corrupt, value: yes(header.corrupt) },
    ...(header.dataFile === undefined
      ? []
      : [
          { label: facts.dataFile, value: <code>{header.dataFile}</code> },
          { label: facts.dataFileRaw, value: yes(header.dataFileRaw) },
        ]),
    { label: facts.headerLength, value: counted(header.headerLength, 'byte') },
    {
      label: facts.l1,
      value: words.at(formatOffset(header.l1Offset), counted(header.l1Entries, 'entry')),
    },
    {
      label: facts.refcountTable,
      value: words.at(
        formatOffset(header.refcountTableOffset),
        counted(header.refcountTableClusters, 'cluster'),
      ),
    },
  ]
}

const names = (features: readonly string[]): string =>
  features.length === 0 ? detailsTexts().noFeatures : features.join(', ')
