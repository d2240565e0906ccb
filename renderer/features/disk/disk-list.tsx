import type { DiskLayout } from '../../../ipc/schemas/disk.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { useSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'
import { contentWords, fileSystemWords } from './disk-words.ts'

interface ListLine {
  readonly what: string
  readonly content: string
  readonly start: number
  readonly end: number
}

/** The same as the picture, line by line; folded in until it is asked for. */
export function DiskList({ layout }: { readonly layout: DiskLayout }) {
  const units = useSettings((state) => state.settings.units)
  const { list } = texts().disk
  return (
    <details className="disk-list">
      <summary>{list.show}</summary>
      <div className="disk-list-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">{list.what}</th>
              <th scope="col">{list.content}</th>
              <th scope="col">{list.start}</th>
              <th scope="col">{list.end}</th>
              <th scope="col">{list.size}</th>
            </tr>
          </thead>
          <tbody>
            {linesOf(layout).map(({ what, content, start, end }) => (
              <tr key={`${start} ${what}`}>
                <th scope="row">{what}</th>
                <td>{content}</td>
                <td title={exactBytes(start)}>{formatBytes(start, units)}</td>
                <td title={exactBytes(end)}>{formatBytes(end, units)}</td>
                <td title={exactBytes(end - start)}>{formatBytes(end - start, units)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

/** Below this a gap is only alignment. */
const leastGap = 2 ** 20

function linesOf({ partitions, wholeDisk, virtualSize }: DiskLayout): readonly ListLine[] {
  const { disk } = texts()
  if (wholeDisk !== undefined) {
    return [
      {
        what: disk.unknownLayout,
        content: fileSystemWords(wholeDisk),
        start: 0,
        end: virtualSize,
      },
    ]
  }
  const lines: ListLine[] = []
  let reached = 0
  const addGap = (end: number): void => {
    if (end - reached > leastGap) {
      lines.push({ what: disk.free, content: disk.list.free, start: reached, end })
    }
  }
  for (const partition of partitions.toSorted((one, other) => one.start - other.start)) {
    addGap(partition.start)
    lines.push({
      what: disk.partition(String(partition.number)),
      content: contentWords(partition),
      start: partition.start,
      end: Math.max(partition.start, partition.end),
    })
    reached = Math.max(reached, partition.end)
  }
  addGap(virtualSize)
  return lines
}
