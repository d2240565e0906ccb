import { describe, expect, it, test } from 'vitest'
import { encodeOptions, encodePlaces, type EncodeWords } from '../../../cli/parse/encode-options.ts'
import { UsageError } from '../../../cli/usage-error.ts'

const said: EncodeWords = {
  compress: undefined,
  clusterSize: undefined,
  clusterBits: undefined,
  compat: undefined,
  refcountBits: undefined,
  lazyRefcounts: false,
  strictRefcounts: false,
  option: [],
  format: undefined,
  links: 'same-folder',
  overwrite: false,
  dryRun: false,
  json: false,
  output: 'text',
  history: true,
}

test.each([
  ['disk.raw', 'disk.qcow2'],
  ['/srv/vm/web.IMG', '/srv/vm/web.qcow2'],
  ['./a.b.dd', 'a.b.qcow2'],
  ['sda', 'sda.qcow2'],
  ['disk.raw.gz', 'disk.raw.gz.qcow2'],
  ['old.vmdk', 'old.vmdk.qcow2'],
])('%s becomes %s when nobody names the image', (source, target) => {
  expect(encodePlaces([source], said)).toEqual({ source, target, isChosen: true })
})

test('the image is where it was named', () => {
  const places = { source: 'disk.raw', target: 'x', isChosen: false }
  expect(encodePlaces(['disk.raw', 'x'], said)).toEqual(places)
})

describe('before any file is touched, it is refused', () => {
  it.each<readonly [string, readonly string[], Partial<EncodeWords>, RegExp]>([
    ['a source that is called as the image would be', ['disk.qcow2'], {}, /name the file to make/],
    ['input without a target', ['-'], {}, /encode - disk\.qcow2/],
    ['input to standard output', ['-', '-'], {}, /Name a file/],
    ['input that is to be qcow2', ['-', 'x'], { format: 'qcow2' }, /raw disk/],
    ['a dry run of input', ['-', 'x'], { dryRun: true }, /--dry-run/],
    ['packing to standard output', ['disk.raw', '-'], { compress: 'zstd' }, /--compress/],
    ['replacing standard output', ['disk.raw', '-'], { overwrite: true }, /--overwrite/],
    ['an answer amidst the image', ['disk.raw', '-'], { output: 'json' }, /--json/],
  ])('%s', (_what, operands, words, sentence) => {
    const parsing = () => encodePlaces(operands, { ...said, ...words })
    expect(parsing).toThrow(UsageError)
    expect(parsing).toThrow(sentence)
  })

  it.each<readonly [string, Partial<EncodeWords>]>([
    ['two cluster sizes', { clusterSize: 65_536, clusterBits: 12 }],
    ['lazy and strict refcounts', { lazyRefcounts: true, strictRefcounts: true }],
    ['a compression type for nothing', { option: ['compression_type=zstd'] }],
    ['two compressions', { compress: 'zlib', option: ['compression_type=zstd'] }],
    ['an option that is none of this verb', { option: ['preallocation=full'] }],
  ])('%s', (_what, words) => {
    expect(() => encodeOptions({ ...said, ...words })).toThrow(UsageError)
  })
})

test('the options are the same in our words and in those of qemu-img', () => {
  const ours = encodeOptions({
    ...said,
    compat: '1.1',
    clusterBits: 12,
    refcountBits: '8',
    lazyRefcounts: true,
    compress: 'zstd',
  })
  const option = ['compat=1.1,cluster_size=4k', 'refcount_bits=8,lazy_refcounts=on']
  expect(encodeOptions({ ...said, compress: 'zstd', option })).toEqual(ours)
  expect(ours).toMatchObject({
    version: 3,
    clusterSize: 4096,
    refcountBits: 8,
    lazyRefcounts: true,
    compression: 'zstd',
  })
})
