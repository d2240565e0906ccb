import { describe, expect, it } from 'vitest'
import { parseSumLine, sumLine } from '../../../cli/images/sum-line.ts'

const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const sha1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'

describe('a line of a sums file', () => {
  it.each([
    'disk.qcow2',
    'with  spaces.raw',
    '*star',
    'back\\slash',
    'two\nlines',
    'a\\nb',
    'cr\r',
  ])('comes back as it was written for %j', (file) => {
    const line = sumLine(sha256, file)
    expect(line).not.toMatch(/[\n\r]/)
    expect(parseSumLine(line)).toEqual({ file, digest: sha256, algorithm: 'sha256' })
  })

  it.each([
    [`${sha256} *disk.raw`, 'sha256'],
    [`SHA256 (disk.raw) = ${sha256.toUpperCase()}`, 'sha256'],
    [`${sha1}  disk.raw`, 'sha1'],
  ] as const)('is read in the form %s', (line, algorithm) => {
    expect(parseSumLine(line)).toMatchObject({ file: 'disk.raw', algorithm })
  })

  it.each(['', '# a comment', sha256, `${sha256.slice(1)}  disk.raw`, 'x  y'])(
    'is not %j',
    (line) => {
      expect(parseSumLine(line)).toBeUndefined()
    },
  )
})
