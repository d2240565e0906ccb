import path from 'node:path'
import type { EncodeOptions } from '../../core/index.ts'
import type { encoding } from '../table/converting-verbs.ts'
import type { OptionValues } from '../table/option.ts'
import { UsageError } from '../usage-error.ts'
import { headerKeys, headerOptions } from './header-words.ts'
import { QemuOptions, same } from './qemu-options.ts'

export type EncodeWords = OptionValues<typeof encoding>

/** Where an image is read and written; `-` is standard input and output. */
export interface EncodePlaces {
  readonly source: string
  readonly target: string
  /** Nobody named the target. */
  readonly isChosen: boolean
}

const keys = [...headerKeys, 'cluster_size', 'compression_type'] as const

/** Throws UsageError for what does not go together. */
export function encodePlaces(operands: readonly string[], words: EncodeWords): EncodePlaces {
  const [source = '', named] = operands
  if (source === '-') {
    if (words.format === 'qcow2') {
      throw new UsageError('Standard input is a raw disk; to read a qcow2 image, name its file.')
    }
    if (words.dryRun) throw new UsageError('--dry-run needs a file: input is read once only.')
    if (named === undefined) throw new UsageError('Name the file to make: encode - disk.qcow2.')
    if (named === '-') {
      throw new UsageError(
        'From standard input to standard output nothing can be encoded: tables come before data. Name a file.',
      )
    }
  }
  const target = named ?? targetFor(source)
  if (target === '-') {
    if (words.compress !== undefined) {
      throw new UsageError('--compress needs a file to write to: tables come before data.')
    }
    if (words.overwrite) throw new UsageError('--overwrite needs the name of a file.')
    if (words.output === 'json' && !words.dryRun) {
      throw new UsageError('--json needs a file to write to: the image itself goes to the output.')
    }
  }
  return { source, target, isChosen: named === undefined }
}

/** What the options and `-o` come to together. Throws UsageError. */
export function encodeOptions(words: EncodeWords): EncodeOptions {
  const given = new QemuOptions(words.option, keys)
  const ofBits = words.clusterBits === undefined ? undefined : 2 ** words.clusterBits
  const ofSize = same('cluster-size', words.clusterSize, given.size('cluster_size'))
  const compressionType = given.choice('compression_type', ['zlib', 'zstd'])
  if (compressionType !== undefined && words.compress === undefined) {
    throw new UsageError(
      `-o compression_type packs nothing by itself: --compress ${compressionType}.`,
    )
  }
  return {
    format: words.format,
    links: words.links,
    ...headerOptions(words, given),
    clusterSize: same('cluster-bits', ofBits, ofSize),
    compression: same('compress', words.compress, compressionType),
  }
}

/** Endings of raw disks, which a new name takes the place of; of any other name it is put behind. */
const rawEnding = /\.(raw|img|dd|bin|iso)$/i

function targetFor(source: string): string {
  const { dir, base } = path.parse(source)
  if (/\.qcow2$/i.test(base)) {
    throw new UsageError(`${base} is called as a new image would be: name the file to make.`)
  }
  return path.join(dir, `${base.replace(rawEnding, '')}.qcow2`)
}
