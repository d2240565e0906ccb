import { describe, expect, test } from 'vitest'
import { checksumLine } from '../../../../main/images/save-checksum.ts'

describe('a line of a checksum file', () => {
  test.each([
    ['disk.qcow2', 'ab  disk.qcow2\n'],
    ['with space.qcow2', 'ab  with space.qcow2\n'],
    ['line\nbreak', '\\ab  line\\nbreak\n'],
    ['back\\slash', '\\ab  back\\\\slash\n'],
  ])('%j is written as sha256sum does', (name, line) => {
    expect(checksumLine(name, 'ab')).toBe(line)
  })
})
