import { expect, test } from 'vitest'
import { FixedLengthFile } from '../../../../core/storage/fixed-length-file.ts'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'

test('what is appended to a file after the first look is not there', async () => {
  const file = new MemoryFile(Buffer.from('abcdef'))
  const fixed = new FixedLengthFile(file)
  file.put(Buffer.from('ghi'), 6)
  expect(fixed.size()).toBe(6)
  expect(fixed.hostRun(0)).toEqual({ kind: 'data', end: 6 })
  const now = new Uint8Array(5)
  fixed.readNow(now, 4, 'data')
  const later = new Uint8Array(2)
  await fixed.read(later, 7, 'data')
  expect([...now, ...later]).toEqual([0x65, 0x66, 0, 0, 0, 0, 0])
})
