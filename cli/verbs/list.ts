import {
  formatBytes,
  formatPlural,
  type HeaderSummary,
  type ImageHolder,
  type ImageUse,
} from '../../core/index.ts'
import { exitCodes, worst, type ExitCode } from '../exit-codes.ts'
import { eachImage } from '../images/each-image.ts'
import { findImages } from '../images/find-images.ts'
import { JsonArray } from '../output/json-array.ts'
import { errorJson } from '../output/print-error.ts'
import type { ListJson } from '../schemas/list-json.ts'
import { paintFor } from '../terminal/style.ts'
import { formatTable, type Cell, type Row } from '../terminal/table.ts'
import type { OutputOptions } from '../table/shared-options.ts'
import type { RunVerb } from '../table/verb.ts'

/** `platter list`: what a header tells about each image. A file that cannot be read is a line too. */
export const list: RunVerb<OutputOptions> = async ({ operands, options, host }) => {
  const { images } = await findImages(operands, host)
  const json = options.output === 'json' ? new JsonArray(host.stdout) : undefined
  const rows: Row[] = []
  const codes: ExitCode[] = []
  for await (const outcome of eachImage(images, { host, options }, (path) =>
    host.engine.summarizeHeader(path),
  )) {
    if (outcome.kind === 'cancelled') return exitCodes.interrupted
    const error = outcome.kind === 'failed' ? outcome.error.toJSON() : outcome.value.error
    if (error !== undefined) codes.push(exitCodes.failed)
    if (json !== undefined) {
      const facts = outcome.kind === 'done' ? listJson(outcome.path, outcome.value) : undefined
      await json.add(facts ?? { filename: outcome.path, error: error && errorJson(error) })
    } else if (outcome.kind === 'done') {
      rows.push(rowOf(outcome.path, outcome.value))
    } else {
      const note: Cell = { text: outcome.error.explanation.title, tone: 'bad' }
      rows.push([outcome.path, '-', '-', '-', '-', note])
    }
  }
  await json?.end()
  if (json === undefined) {
    const paint = paintFor(host.stdout)
    if (rows.length > 0) {
      await host.stdout.line(formatTable(columns, rows, { paint, width: host.stdout.width }))
    }
    if (!options.quiet) await host.stdout.line(summaryOf(rows.length, codes.length))
  }
  return worst(codes)
}

const columns = [
  { title: 'IMAGE', shrinks: true },
  { title: 'FORMAT' },
  { title: 'VIRTUAL', align: 'right' },
  { title: 'ON DISK', align: 'right' },
  { title: 'SNAPSHOTS', align: 'right' },
  { title: 'NOTES', shrinks: true },
] as const

const summaryOf = (total: number, failed: number): string =>
  total === 0
    ? 'No disk images there.'
    : `${formatPlural(total, 'image')}${failed === 0 ? '' : `, ${failed} of them could not be read`}.`

const size = (bytes: number | undefined): string => (bytes === undefined ? '-' : formatBytes(bytes))

function rowOf(path: string, summary: HeaderSummary): Row {
  return [
    { text: path, tone: 'strong' },
    summary.formatLabel === '' ? '-' : summary.formatLabel,
    size(summary.virtualSize),
    size(summary.allocatedBytes ?? summary.fileLength),
    summary.snapshotCount === undefined ? '-' : String(summary.snapshotCount),
    notesOf(summary),
  ]
}

function notesOf(summary: HeaderSummary): Cell {
  if (summary.error !== undefined) return { text: summary.error.explanation.title, tone: 'bad' }
  const notes: string[] = []
  if (summary.corrupt) notes.push('marked corrupt')
  if (summary.dirty) notes.push('was not closed')
  if (summary.encryption !== undefined && summary.encryption !== 'none') notes.push('encrypted')
  if (summary.use.state === 'writing') notes.push(`in use${holderWords(summary.use)}`)
  if (summary.backing !== undefined) {
    const { name, state } = summary.backing
    const words = {
      present: '',
      missing: ' (missing)',
      outside: ' (outside)',
      'not-a-path': ' (no file)',
    }
    notes.push(`on ${name}${words[state]}`)
  }
  const alarming = summary.corrupt || summary.backing?.state === 'missing'
  return { text: notes.join(', '), tone: alarming ? 'bad' : 'plain' }
}

const holderWords = ({ holders: [holder] }: ImageUse): string =>
  holder === undefined ? '' : ` by ${holder.vm ?? holder.name} (PID ${holder.pid})`

function listJson(filename: string, summary: HeaderSummary): ListJson {
  const { format, virtualSize, allocatedBytes, clusterSize, snapshotCount, backing, error, use } =
    summary
  return {
    version: 1,
    filename,
    ...(format === undefined ? {} : { format }),
    'format-label': summary.formatLabel,
    ...(virtualSize === undefined ? {} : { 'virtual-size': virtualSize }),
    ...(allocatedBytes === undefined ? {} : { 'actual-size': allocatedBytes }),
    'file-length': summary.fileLength,
    ...(clusterSize === undefined ? {} : { 'cluster-size': clusterSize }),
    'modified-at': new Date(summary.modifiedAt).toISOString(),
    'dirty-flag': summary.dirty,
    'corrupt-flag': summary.corrupt,
    ...(snapshotCount === undefined ? {} : { 'snapshot-count': snapshotCount }),
    ...(backing === undefined
      ? {}
      : { 'backing-filename': backing.name, 'backing-state': backing.state }),
    'use-state': use.state,
    holders: use.holders.map(holderJson),
    ...(error === undefined ? {} : { error: errorJson(error) }),
  }
}

const holderJson = ({ pid, name, vm }: ImageHolder): ListJson['holders'][number] =>
  vm === undefined ? { pid, name } : { pid, name, vm }
