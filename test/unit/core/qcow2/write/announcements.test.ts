import { expect, it } from 'vitest'
import { readBitmaps } from '../../../../../core/qcow2/bitmap-list.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { filled } from '../../../../helpers/devices.ts'
import { expectCleanAfterFlush, MemoryImage } from '../../../../helpers/memory-image.ts'
import { Qcow2Builder } from '../../../../helpers/qcow2-builder.ts'
import { TraceFile } from '../../../../storage/trace-file.ts'

const builder = () => new Qcow2Builder({ clusterBits: 12 })

function traced(made: Qcow2Builder) {
  const lines: string[] = []
  const image = new MemoryImage(made, { wrap: (file) => new TraceFile(file, lines) })
  const autoclear = () => readHeaderArea(image.file).header.autoclearFeatures
  return { image, lines, autoclear }
}

it('autoclear bits that we do not know are cleared before anything is changed', async () => {
  const { image, lines, autoclear } = traced(builder().header('autoclearFeatures', 0b1000))
  await image.read(0, 512)
  expect(lines).toEqual([])
  await image.writer.write(filled(512, 9), 0)
  expect(lines[0]).toMatch(/^write header/)
  expect(lines.indexOf('flush')).toBeLessThan(
    lines.findIndex((line) => line.startsWith('write data')),
  )
  expect(autoclear()).toEqual({ high: 0, low: 0 })
  await expectCleanAfterFlush(image)
})

it('bitmaps that are being recorded are marked as in use before guest data changes', async () => {
  const made = builder().bitmap({ name: 'daily' }).bitmap({ name: 'kept', inUse: true })
  const { image, lines, autoclear } = traced(made)
  const flags = () =>
    readBitmaps(image.file, readHeaderArea(image.file)).map(({ flags: bits }) => bits)
  expect(flags()).toEqual([2, 1])
  await Promise.all([
    image.writer.write(filled(512, 9), 0),
    image.writer.write(filled(512, 9), 8192),
  ])
  expect(flags()).toEqual([3, 1])
  expect(lines.slice(0, 2)).toEqual([`write bitmap ${made.bitmapDirectoryOffset + 12}+4`, 'flush'])
  expect(lines.filter((line) => line.startsWith('write bitmap'))).toHaveLength(1)
  expect(autoclear()).toEqual({ high: 0, low: 1 })
  await expectCleanAfterFlush(image)
})

it('a change that is no guest data leaves bitmaps as they are', async () => {
  const { image, lines } = traced(builder().bitmap({ name: 'daily' }))
  await image.writer.exclusively(async () => {})
  expect(lines.filter((line) => line.startsWith('write bitmap'))).toEqual([])
})

it('a directory of bitmaps that cannot be read is no longer vouched for', async () => {
  const made = builder().bitmap({ name: 'daily' }).build()
  const { image, autoclear } = traced(made.word(made.bitmapDirectoryOffset, () => 7n))
  await image.writer.write(filled(512, 9), 0)
  expect(autoclear()).toEqual({ high: 0, low: 0 })
})
