import { expect, test } from 'vitest'
import { paths } from '../../../../core/io/paths.ts'
import { isNamedAside, leftoversOf, nameAside } from '../../../../core/operations/rewrite-names.ts'

test('a name aside is hidden, beside the image, and never the same', () => {
  const name = nameAside({ paths }, '/vm/disk.qcow2')
  expect(name).toMatch(/^\/vm\/\.disk\.qcow2\.platter-[0-9a-f]{12}$/)
  expect(nameAside({ paths }, '/vm/disk.qcow2')).not.toBe(name)
  expect(nameAside({ paths }, '/disk.qcow2')).toMatch(/^\/\.disk\.qcow2\.platter-/)
})

test('a name aside fits into the 255 bytes of a file name', () => {
  for (const name of ['x'.repeat(255), '\u{1f4bf}'.repeat(63)]) {
    const aside = nameAside({ paths }, `/vm/${name}`)
    expect(Buffer.byteLength(aside.slice('/vm/'.length))).toBeLessThanOrEqual(255)
    expect(aside.isWellFormed()).toBe(true)
    expect(isNamedAside({ paths }, `/vm/${name}`, aside)).toBe(true)
  }
})

test('leftovers are told from everything else in the folder', async () => {
  const names = [
    '.disk.qcow2.platter-0123456789ab',
    '.disk.qcow2.platter-0123456789AB',
    '.disk.qcow2.platter-0123456789a',
    '.disk.qcow2.platter-0123456789abc',
    '.disk2.qcow2.platter-0123456789ab',
    'disk.qcow2',
  ]
  const host = { paths, namesIn: async () => names }
  expect(await leftoversOf(host, '/vm/disk.qcow2')).toEqual([`/vm/${names[0]}`])
})
