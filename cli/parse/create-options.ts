import type { CreateOptions } from '../../core/index.ts'
import type { OptionValues } from '../table/option.ts'
import type { creating } from '../table/changing-verbs.ts'
import { UsageError } from '../usage-error.ts'
import { headerKeys, headerOptions } from './header-words.ts'
import { QemuOptions, same } from './qemu-options.ts'
import { sizeOperand } from './size-operand.ts'

export type CreateWords = OptionValues<typeof creating>

/** What was asked for; the format of a backing file may have to be found out. */
export interface WantedImage {
  readonly options: CreateOptions
  readonly backing:
    { readonly name: string; readonly format: 'qcow2' | 'raw' | undefined } | undefined
}

const keys = [
  'size',
  ...headerKeys,
  'cluster_size',
  'extended_l2',
  'compression_type',
  'preallocation',
  'backing_file',
  'backing_fmt',
  'data_file',
  'data_file_raw',
] as const
type Given = QemuOptions<(typeof keys)[number]>

/**
 * The options of `create`, from the command line's own and from `-o`. What is given twice must be the
 * same. Throws UsageError, also for what belongs to qcow2 alone.
 */
export function wantedImage(sizeWord: string | undefined, words: CreateWords): WantedImage {
  const given = new QemuOptions(words.option, keys)
  const size = same('size', sizeOperand(sizeWord, words.size), given.size('size'))
  return words.format === 'raw' ? rawImage(size, words, given) : qcow2Image(size, words, given)
}

/** A raw image is nothing but its bytes. */
function rawImage(size: number | undefined, words: CreateWords, given: Given): WantedImage {
  const said = Object.entries(words).find(
    ([name, value]) => name in qcow2Only && value !== undefined && value !== false,
  )
  const option =
    said === undefined
      ? keys.find((key) => !rawKeys.has(key) && given.text(key) !== undefined)
      : qcow2Only[said[0]]
  if (option !== undefined) {
    throw new UsageError(`${option} is for qcow2; a raw image has nothing but its bytes.`)
  }
  if (size === undefined) throw new UsageError('A size is missing: create disk.raw 10G.')
  const preallocation = preallocationOf(words, given)
  return { options: { format: 'raw', size, preallocation }, backing: undefined }
}

function qcow2Image(size: number | undefined, words: CreateWords, given: Given): WantedImage {
  const name = same('backing', words.backing, given.text('backing_file'))
  const backingFormat = given.choice('backing_fmt', ['qcow2', 'raw'])
  const format = same('backing-format', words.backingFormat, backingFormat)
  if (name === undefined && format !== undefined) {
    throw new UsageError('--backing-format needs --backing.')
  }
  const dataFile = dataFileOf(words, given)
  if (size === undefined && name === undefined && dataFile?.useExisting !== true) {
    throw new UsageError('A size is missing, and no backing file gives one: create disk.qcow2 10G.')
  }
  const compressionType = given.choice('compression_type', ['zlib', 'zstd'])
  return {
    options: {
      format: 'qcow2',
      size,
      ...headerOptions(words, given),
      clusterSize: clusterSizeOf(words, given),
      extendedL2: words.extendedL2 || given.onOff('extended_l2'),
      compressionType: same('compression-type', words.compressionType, compressionType),
      preallocation: preallocationOf(words, given),
      dataFile,
      links: words.links,
    },
    backing: name === undefined ? undefined : { name, format },
  }
}

const preallocationOf = (words: CreateWords, given: Given) =>
  same(
    'preallocation',
    words.preallocation,
    given.choice('preallocation', ['off', 'metadata', 'falloc', 'full']),
  )

function clusterSizeOf(
  { clusterSize, clusterBits }: CreateWords,
  given: Given,
): number | undefined {
  const ofBits = clusterBits === undefined ? undefined : 2 ** clusterBits
  const ofSize = same('cluster-size', clusterSize, given.size('cluster_size'))
  return same('cluster-bits', ofBits, ofSize)
}

function dataFileOf(words: CreateWords, given: Given) {
  const name = same('data-file', words.dataFile, given.text('data_file'))
  const raw = words.dataFileRaw || given.onOff('data_file_raw') === true
  const useExisting = words.existingDataFile
  if (name !== undefined) return { name, raw, useExisting }
  if (raw) throw new UsageError('--data-file-raw needs --data-file.')
  if (useExisting) throw new UsageError('--existing-data-file needs --data-file.')
  return undefined
}

const rawKeys: ReadonlySet<string> = new Set(['size', 'preallocation'])

/** By the names of the table. */
const qcow2Only: Readonly<Record<string, string>> = {
  clusterSize: '--cluster-size',
  clusterBits: '--cluster-bits',
  compat: '--compat',
  refcountBits: '--refcount-bits',
  lazyRefcounts: '--lazy-refcounts',
  strictRefcounts: '--strict-refcounts',
  extendedL2: '--extended-l2',
  compressionType: '--compression-type',
  backing: '--backing',
  backingFormat: '--backing-format',
  dataFile: '--data-file',
  dataFileRaw: '--data-file-raw',
  existingDataFile: '--existing-data-file',
}
