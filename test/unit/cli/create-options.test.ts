import { describe, expect, it } from 'vitest'
import { amendOptions } from '../../../cli/parse/amend-options.ts'
import { wantedImage, type CreateWords } from '../../../cli/parse/create-options.ts'
import { withNegativeSizes } from '../../../cli/parse/negative-sizes.ts'
import { QemuOptions } from '../../../cli/parse/qemu-options.ts'
import { sizeChangeOperand } from '../../../cli/parse/size-operand.ts'
import { snapshotAction } from '../../../cli/parse/snapshot-words.ts'
import { verbs } from '../../../cli/table/verbs.ts'
import { UsageError } from '../../../cli/usage-error.ts'

const said: CreateWords = {
  size: undefined,
  format: 'qcow2',
  clusterSize: undefined,
  clusterBits: undefined,
  compat: undefined,
  refcountBits: undefined,
  lazyRefcounts: false,
  strictRefcounts: false,
  option: [],
  extendedL2: false,
  compressionType: undefined,
  preallocation: undefined,
  backing: undefined,
  backingFormat: undefined,
  dataFile: undefined,
  dataFileRaw: false,
  existingDataFile: false,
  links: 'same-folder',
  overwrite: false,
  dryRun: false,
  json: false,
  output: 'text',
  history: true,
}

describe('the options of a new image', () => {
  it('are the same in our words and in those of qemu-img', () => {
    const ours = wantedImage('10G', {
      ...said,
      compat: '1.1',
      clusterBits: 12,
      refcountBits: '64',
      lazyRefcounts: true,
      extendedL2: true,
      compressionType: 'zstd',
      preallocation: 'metadata',
      backing: 'a,b.raw',
      backingFormat: 'raw',
      dataFile: 'd',
      dataFileRaw: true,
    })
    const theirs = wantedImage(undefined, {
      ...said,
      option: [
        'size=10G,compat=v3,cluster_size=4k,refcount_bits=64,lazy_refcounts,extended_l2=on',
        'compression_type=zstd,preallocation=metadata,backing_file=a,,b.raw,backing_fmt=raw',
        'data_file=d,data_file_raw=on',
      ],
    })
    expect(theirs).toEqual(ours)
    expect(ours.options).toMatchObject({ size: 10 * 2 ** 30, clusterSize: 4096, refcountBits: 64 })
    expect(ours.backing).toEqual({ name: 'a,b.raw', format: 'raw' })
  })

  it('may say one thing twice', () => {
    const { options } = wantedImage('1G', {
      ...said,
      size: 2 ** 30,
      clusterSize: 4096,
      clusterBits: 12,
      option: ['size=1024M,cluster_size=4096'],
    })
    expect(options).toMatchObject({ size: 2 ** 30, clusterSize: 4096 })
  })

  it.each<[string, string | undefined, Partial<CreateWords>]>([
    ['two sizes', '1G', { size: 1 }],
    ['a size and another with -o', '1G', { option: ['size=2G'] }],
    ['no size', undefined, {}],
    ['no size of a raw image', undefined, { format: 'raw' }],
    ['no size beside a new data file', undefined, { dataFile: 'd' }],
    ['what is no size', '10Q', {}],
    ['lazy and strict refcounts', '1G', { lazyRefcounts: true, strictRefcounts: true }],
    [
      'lazy refcounts and not, with -o',
      '1G',
      { lazyRefcounts: true, option: ['lazy_refcounts=off'] },
    ],
    ['two cluster sizes', '1G', { clusterBits: 12, clusterSize: 65_536 }],
    ['an option that does not exist', '1G', { option: ['cluster=1'] }],
    ['encryption', '1G', { option: ['encrypt.format=luks'] }],
    ['a flag that is neither on nor off', '1G', { option: ['extended_l2=maybe'] }],
    ['a word that is no choice', '1G', { option: ['compression_type=lz4'] }],
    ['a cluster size of a raw image', '1G', { format: 'raw', clusterBits: 12 }],
    ['version 3 of a raw image, with -o', '1G', { format: 'raw', option: ['compat=1.1'] }],
    ['a backing format without a backing file', '1G', { backingFormat: 'raw' }],
    ['a raw data file without its name', '1G', { dataFileRaw: true }],
    ['an existing data file without its name', '1G', { existingDataFile: true }],
  ])('are refused with %s', (_, size, words) => {
    expect(() => wantedImage(size, { ...said, ...words })).toThrow(UsageError)
  })

  it('name what was not meant, and what there is', () => {
    const parse = () => new QemuOptions(['nocow=on'], ['compat', 'size'])
    expect(parse).toThrow(/-o nocow: that is an attribute of Btrfs alone.*Known are compat, size\./)
  })
})

describe('the options of amend', () => {
  it('are refused when nothing is to be changed', () => {
    expect(() => amendOptions({ ...said, format: undefined })).toThrow(/Nothing is to be changed/)
  })

  it('are taken with -o, too', () => {
    const options = amendOptions({ ...said, format: undefined, option: ['compat=0.10'] })
    expect(options).toMatchObject({ version: 2 })
  })
})

describe('a difference of sizes', () => {
  const resize = verbs.find(({ name }) => name === 'resize')
  const write = verbs.find(({ name }) => name === 'write')

  it('may be an operand that starts with a minus', () => {
    const bytes = ['resize', 'a', '-10G']
    expect(withNegativeSizes(bytes, resize)).toEqual(['resize', 'a', '--size=-10G'])
    const fraction = ['resize', 'a', '-.5G']
    expect(withNegativeSizes(fraction, resize)).toEqual(['resize', 'a', '--size=-.5G'])
  })

  it('stays what it is beside --size and after --', () => {
    const twice = ['resize', 'a', '--size', '-1G', '-2G']
    expect(withNegativeSizes(twice, resize)).toEqual(twice)
    const named = ['resize', '--', '-1.qcow2', '-1G']
    expect(withNegativeSizes(named, resize)).toEqual(named)
  })

  it('is never made of the value of an option, or where no size is an operand', () => {
    const metrics = ['resize', 'a', '--metrics', '-1']
    expect(withNegativeSizes(metrics, resize)).toEqual(metrics)
    const text = ['write', 'a', '--text', '-5']
    expect(withNegativeSizes(text, write)).toEqual(text)
    expect(withNegativeSizes(['nonsense', '-5'], undefined)).toEqual(['nonsense', '-5'])
  })

  it('is refused when it is given twice and not the same', () => {
    expect(sizeChangeOperand('+1G', { kind: 'grow', bytes: 2 ** 30 })).toMatchObject({
      kind: 'grow',
    })
    expect(() => sizeChangeOperand('1G', { kind: 'grow', bytes: 2 ** 30 })).toThrow(UsageError)
  })
})

describe('the words of snapshot', () => {
  const flags = { id: false, take: undefined, keep: undefined, whole: false, dryRun: false }

  it('list when there are none', () => {
    expect(snapshotAction([], flags)).toEqual({ kind: 'list' })
  })

  it.each([
    ['another action', ['show'], flags],
    ['a list of one', ['list', 'a'], flags],
    ['no name', ['delete'], flags],
    ['no new name', ['rename', 'a'], flags],
    ['a name too many', ['create', 'a', 'b'], flags],
    ['--take with delete', ['delete', 'a'], { ...flags, take: 'b' }],
    ['--keep with apply', ['apply', 'a'], { ...flags, keep: 'b' }],
    ['--whole without --keep', ['delete', 'a'], { ...flags, whole: true }],
    ['--id with create', ['create', 'a'], { ...flags, id: true }],
    ['--dry-run with rename', ['rename', 'a', 'b'], { ...flags, dryRun: true }],
  ])('are refused with %s', (_, words, given) => {
    expect(() => snapshotAction(words, given)).toThrow(UsageError)
  })
})
