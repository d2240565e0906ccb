import { expect, it } from 'vitest'
import { HexDump } from '../../../cli/output/hex-dump.ts'
import { seededRandom } from '../../helpers/random.ts'

it('a dump is the same however the bytes come, and holds every byte', async () => {
  const random = seededRandom(4)
  const bytes = Buffer.alloc(5000)
  for (let at = 1000; at < 5000; at += 1 + random.below(40)) bytes[at] = random.below(256)
  const dumpOf = async (most: number): Promise<string> => {
    const lines: string[] = []
    const dump = new HexDump(0x1234, async (line) => void lines.push(line))
    for (let at = 0; at < bytes.length;) {
      const piece = bytes.subarray(at, at + 1 + random.below(most))
      await dump.write(piece)
      at += piece.length
    }
    await dump.end()
    return lines.join('\n')
  }
  const whole = await dumpOf(5000)
  expect(await dumpOf(1)).toBe(whole)
  expect(await dumpOf(37)).toBe(whole)
  // Every row that is there holds the bytes of its place.
  const rows = whole.split('\n').filter((line) => line.includes('|'))
  expect(rows.length).toBeLessThan(5000 / 16)
  for (const row of rows) {
    const [offset = '', ...cells] = row.slice(0, row.indexOf('|')).trim().split(/ +/)
    const at = Number.parseInt(offset, 16) - 0x1234
    expect(Buffer.from(cells.join(''), 'hex')).toEqual(bytes.subarray(at, at + 16))
  }
})
