import { expect, test } from 'vitest'
import { isImageFileName } from '../../../../core/image/image-file-name.ts'
import { probeFormat, type ProbeResult } from '../../../../core/image/probe.ts'

type Patch = readonly [at: number, bytes: string | readonly number[]]

/** Probes a file of `length` bytes that is zero but for the patches. */
function probe(fileName: string, length: number, ...patches: readonly Patch[]): ProbeResult {
  const bytes = new Uint8Array(length)
  for (const [at, content] of patches) {
    bytes.set(typeof content === 'string' ? Buffer.from(content, 'latin1') : content, at)
  }
  return probeFormat({
    first: bytes.subarray(0, 36 * 1024),
    last: bytes.subarray(-512),
    fileLength: length,
    fileName,
  })
}

const raw = (length: number) => ({
  kind: 'known',
  format: 'raw',
  label: 'raw',
  virtualSize: length,
})

test('a raw disk is known by its name or by its partition table, never otherwise', () => {
  expect(probe('disk.raw', 4096)).toEqual(raw(4096))
  expect(probe('DISK.IMG', 4096)).toEqual(raw(4096))
  expect(probe('disk.dd', 4096)).toEqual(raw(4096))
  expect(probe('disk', 4096, [510, [0x55, 0xaa]])).toEqual(raw(4096))
  expect(probe('disk.bin', 8192, [512, 'EFI PART'])).toEqual(raw(8192))
  expect(probe('disk.bin', 8192, [4096, 'EFI PART'])).toEqual(raw(8192))
  expect(probe('disk.bin', 4096)).toEqual({
    kind: 'unknown',
    found: '00 00 00 00 00 00 00 00 (zeroes)',
  })
  expect(probe('disk.iso', 40_000)).toMatchObject({ kind: 'unknown' })
})

test('a signature wins over the name', () => {
  expect(probe('disk.raw', 4096, [0, 'QFI\u{fb}'], [7, [3]])).toMatchObject({ format: 'qcow2' })
  expect(probe('disk.img', 4096, [0, 'KDMV'])).toMatchObject({ format: 'vmdk' })
  expect(probe('disk.qcow2', 4096, [510, [0x55, 0xaa]])).toMatchObject({ format: 'raw' })
})

test('a qcow2 header wins over the footer and the boot sector a guest could have written', () => {
  const result = probe(
    'disk.raw',
    8192,
    [0, 'QFI\u{fb}'],
    [7, [2]],
    [510, [0x55, 0xaa]],
    [8192 - 512, 'conectix'],
  )
  expect(result).toMatchObject({ format: 'qcow2', label: 'qcow2 v2' })
})

test('a version of qcow2 that does not exist yet is still qcow2', () => {
  expect(probe('disk', 4096, [0, 'QFI\u{fb}'], [7, [4]])).toMatchObject({
    format: 'qcow2',
    label: 'qcow2 v4',
  })
})

test('a footer of 511 bytes makes a fixed VHD', () => {
  const at = 4096 + 511 - 511
  expect(
    probe('disk', 4096 + 511, [at, 'conectix'], [at + 48, [0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 2]]),
  ).toEqual({ kind: 'known', format: 'vhd', label: 'VHD', virtualSize: 4096 })
})

test('the other signatures', () => {
  expect(probe('x', 512, [0, 'LUKS\u{ba}\u{be}'], [7, [2]])).toMatchObject({ label: 'LUKS2' })
  // A LUKS1 payload starts 8 sectors in. (QEMU makes LUKS images only where it can measure its own speed.)
  const luks1 = probe('x', 8192, [0, 'LUKS\u{ba}\u{be}'], [7, [1]], [107, [8]])
  expect(luks1).toMatchObject({ format: 'luks', label: 'LUKS1', virtualSize: 4096 })
  expect(probe('x', 512, [0, [0x1f, 0x8b, 8]])).toMatchObject({ format: 'gzip' })
  expect(probe('x', 512, [0, 'COWD'], [12, [4, 0, 0, 0]])).toMatchObject({
    label: 'VMDK (sparse, ESX)',
    virtualSize: 2048,
  })
  const iso = probe(
    'x',
    40_000,
    [32_768, [1]],
    [32_769, 'CD001'],
    [32_768 + 80, [10]],
    [32_768 + 128, [0, 8]],
    [510, [0x55, 0xaa]],
  )
  expect(iso).toMatchObject({ format: 'iso', label: 'ISO 9660', virtualSize: 20_480 })
})

test('sizes that no disk has are not told', () => {
  expect(probe('x', 512, [0, 'KDMV'], [12, Array<number>(8).fill(0xff)])).toMatchObject({
    format: 'vmdk',
    virtualSize: undefined,
  })
})

test('headers that are cut in the middle of a field are recognised all the same', () => {
  expect(probe('x', 4, [0, 'QFI\u{fb}'])).toMatchObject({ label: 'qcow2', virtualSize: undefined })
  expect(probe('x', 4, [0, 'KDMV'])).toMatchObject({ label: 'VMDK (sparse)' })
  expect(probe('x', 8, [0, 'conectix'])).toMatchObject({ label: 'VHD', virtualSize: undefined })
})

test('what is unknown is described by its first bytes, and by name when it is familiar', () => {
  expect(probe('x', 512, [0, 'PK\u{3}\u{4}'])).toEqual({
    kind: 'unknown',
    found: '50 4b 03 04 00 00 00 00 (a ZIP archive)',
  })
  expect(probe('x', 512, [0, 'hi']).kind).toBe('unknown')
  expect(probe('x', 0)).toEqual({ kind: 'unknown', found: 'no bytes' })
})

test.each([
  ['a.qcow2', true],
  ['A.QCOW2', true],
  ['a.raw', true],
  ['a.b.img', true],
  ['a.vmdk', true],
  ['a.vhdx', true],
  ['a.iso', true],
  ['a.img.gz', true],
  ['a.tar.gz', false],
  ['a.gz', false],
  ['qcow2', false],
  ['.qcow2', false],
  ['.hidden.qcow2', true],
  ['a.txt', false],
  ['', false],
])('whether a scan looks at "%s": %s', (name, expected) => {
  expect(isImageFileName(name)).toBe(expected)
})
