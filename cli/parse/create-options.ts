import type { CreateOptions } from '../../core/index.ts'
import type { OptionValues } from '../table/option.ts'
import type { creating } from '../table/changing-verbs.ts'
import { UsageError } from '../usage-error.ts'
import { parseChoice, parseOnOff, parseQemuOptions } from './qemu-options.ts'
import { parseSize } from './size.ts'
import { sizeOperand } from './size-operand.ts'

export type CreateWords = OptionValues<typeof creating>

type Backing = { readonly name: string; readonly format: 'qcow2' | 'raw' | undefined }

/** What was asked for; the format of a backing file may have to be found out. */
export interface WantedImage {
  readonly options: CreateOptions
  readonly backing: Backing | undefined
}

/**
 * The options of `create`, from the command line's own and from `-o`. What is given twice must be the
 * same. Throws UsageError, also for what belongs to qcow2 alone.
 */
export function wantedImage(sizeWord: string | undefined, words: CreateWords): WantedImage {
  const given = qemuWords(words.option)
  const size = same('size', sizeOperand(sizeWord, words.size), given.size)
  const preallocation = same('preallocation', words.preallocation, given.preallocation)
  if (words.format === 'raw') {
    mustBePlain(words)
    mustBePlain(given)
    if (size === undefined) throw new UsageError('A raw image needs a size: create disk.raw 10G.')
    return { options: { format: 'raw', size, preallocation }, backing: undefined }
  }
  const dataFile = dataFileOf(words, given)
  const version = same('compat', versionOf(words.compat), given.version)
  const name = same('backing', words.backing, given.backing)
  const format = same('backing-format', words.backingFormat, given.backingFormat)
  if (name === undefined && format !== undefined) {
    throw new UsageError('--backing-format needs --backing.')
  }
  if (size === undefined && name === undefined && dataFile?.useExisting !== true) {
    throw new UsageError('A size is missing, and no backing file gives one: create disk.qcow2 10G.')
  }
  return {
    options: {
      format: 'qcow2',
      size,
      version,
      clusterSize: clusterSizeOf(words, given.clusterSize),
      refcountBits: same('refcount-bits', numberOf(words.refcountBits), given.refcountBits),
      lazyRefcounts: lazinessOf(words, given.lazyRefcounts),
      extendedL2: words.extendedL2 || given.extendedL2,
      compressionType: same('compression-type', words.compressionType, given.compressionType),
      preallocation,
      dataFile,
      links: words.links,
    },
    backing: name === undefined ? undefined : { name, format },
  }
}

const keys = [
  'size',
  'compat',
  'cluster_size',
  'refcount_bits',
  'lazy_refcounts',
  'extended_l2',
  'compression_type',
  'preallocation',
  'backing_file',
  'backing_fmt',
  'data_file',
  'data_file_raw',
] as const

function qemuWords(lists: readonly string[]) {
  const found = parseQemuOptions(lists, keys)
  const as = <Value>(key: (typeof keys)[number], read: (value: string) => Value) => {
    const value = found.get(key)
    return value === undefined ? undefined : read(value)
  }
  const choice =
    <Choice extends string>(key: (typeof keys)[number], ...choices: readonly Choice[]) =>
    (value: string) =>
      parseChoice(key, value, choices)
  const onOff = (key: (typeof keys)[number]) => as(key, (value) => parseOnOff(key, value))
  return {
    size: as('size', parseSize),
    version: as('compat', (value) =>
      choice('compat', '0.10', '1.1', 'v2', 'v3')(value) === '0.10' || value === 'v2' ? 2 : 3,
    ),
    clusterSize: as('cluster_size', parseSize),
    refcountBits: as('refcount_bits', (value) =>
      Number(choice('refcount_bits', '1', '2', '4', '8', '16', '32', '64')(value)),
    ),
    lazyRefcounts: onOff('lazy_refcounts'),
    extendedL2: onOff('extended_l2'),
    compressionType: as('compression_type', choice('compression_type', 'zlib', 'zstd')),
    preallocation: as(
      'preallocation',
      choice('preallocation', 'off', 'metadata', 'falloc', 'full'),
    ),
    backing: found.get('backing_file'),
    backingFormat: as('backing_fmt', choice('backing_fmt', 'qcow2', 'raw')),
    dataFile: found.get('data_file'),
    dataFileRaw: onOff('data_file_raw'),
  } as const
}
type QemuWords = ReturnType<typeof qemuWords>

/** 2 or 3, of what `--compat` says. */
export const versionOf = (compat: '0.10' | '1.1' | undefined): 2 | 3 | undefined =>
  compat === undefined ? undefined : compat === '0.10' ? 2 : 3

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text)

/** Of one thing said in two ways. Throws UsageError when the two differ. */
function same<Value>(
  name: string,
  one: Value | undefined,
  other: Value | undefined,
): Value | undefined {
  if (one !== undefined && other !== undefined && one !== other) {
    throw new UsageError(`--${name} and -o say two different things: give one of them.`)
  }
  return one ?? other
}

/** What `--lazy-refcounts`, `--strict-refcounts` and `-o lazy_refcounts=` come to; undefined: nothing said. */
export function lazinessOf(
  words: { readonly lazyRefcounts: boolean; readonly strictRefcounts: boolean },
  given: boolean | undefined,
): boolean | undefined {
  const { lazyRefcounts, strictRefcounts } = words
  if (lazyRefcounts && strictRefcounts) {
    throw new UsageError('--lazy-refcounts and --strict-refcounts exclude each other.')
  }
  const said = lazyRefcounts ? true : strictRefcounts ? false : undefined
  return same('lazy-refcounts', said, given)
}

function clusterSizeOf(
  { clusterSize, clusterBits }: CreateWords,
  given: number | undefined,
): number | undefined {
  const ofBits = clusterBits === undefined ? undefined : 2 ** clusterBits
  return same('cluster-bits', ofBits, same('cluster-size', clusterSize, given))
}

function dataFileOf(words: CreateWords, given: QemuWords) {
  const name = same('data-file', words.dataFile, given.dataFile)
  const raw = words.dataFileRaw || given.dataFileRaw === true
  const useExisting = words.existingDataFile
  if (name !== undefined) return { name, raw, useExisting }
  if (raw) throw new UsageError('--data-file-raw needs --data-file.')
  if (useExisting) throw new UsageError('--existing-data-file needs --data-file.')
  return undefined
}

/** Options, and what `-o` says, by the names people know. */
const qcow2Only: Readonly<Record<string, string>> = {
  clusterSize: '--cluster-size',
  clusterBits: '--cluster-bits',
  compat: '--compat',
  version: '--compat',
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

/** A raw image is nothing but its bytes. */
function mustBePlain(words: Readonly<Record<string, unknown>>): void {
  const found = Object.entries(words).find(
    ([key, value]) => key in qcow2Only && value !== undefined && value !== false,
  )
  if (found === undefined) return
  const [key] = found
  throw new UsageError(`${qcow2Only[key]} is for qcow2; a raw image has nothing but its bytes.`)
}
