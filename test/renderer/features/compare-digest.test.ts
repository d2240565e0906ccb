import { describe, expect, test } from 'vitest'
import { compareDigest } from '../../../renderer/features/hash/compare-digest.ts'

const digest = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const other = digest.replaceAll('e', 'f')
const computed = { algorithm: 'sha256', digest, fileName: 'web01.qcow2' } as const
const compare = (text: string) => compareDigest(text, computed)

describe('what is recognised as the same digest', () => {
  test.each([
    ['the digest itself', digest],
    ['upper case', digest.toUpperCase()],
    ['spaces around and inside', `  ${digest.slice(0, 32)} ${digest.slice(32)}\n`],
    ['colons between bytes', digest.replaceAll(/..(?=.)/g, '$&:')],
    ['a sha256sum line', `${digest}  web01.qcow2`],
    ['a binary sha256sum line', `${digest} */srv/vm/web01.qcow2`],
    ['an escaped sha256sum line', `\\${digest}  odd\\nname`],
    ['a BSD line', `SHA256 (web01.qcow2) = ${digest}`],
    ['the line of a list that names the file', `${other}  db.qcow2\n${digest}  web01.qcow2\n`],
    ['a list without names that holds it', `${other}\r\n${digest}\r\n`],
    ['a line for the same disk in another format', `${digest}  web01.raw`],
  ])('%s', (_name, text) => {
    expect(compare(text)).toEqual({ kind: 'match' })
  })
})

describe('what is told apart', () => {
  test('another digest, with what was expected', () => {
    expect(compare(`${other}  web01.qcow2`)).toEqual({ kind: 'different', expected: other })
  })

  test('the line that names the file decides, whatever other lines say', () => {
    expect(compare(`${digest}  copy.qcow2\n${other}  web01.qcow2`)).toEqual({
      kind: 'different',
      expected: other,
    })
  })

  test('a list of others', () => {
    expect(compare(`${other}  a\n${other}  b`)).toEqual({ kind: 'not-in-list', count: 2 })
  })

  test('a digest of another algorithm is named, not compared', () => {
    expect(compare('d41d8cd98f00b204e9800998ecf8427e')).toEqual({
      kind: 'other-algorithm',
      names: 'MD5',
    })
  })

  test('text without a digest, and no text', () => {
    expect(compare('see the download page')).toEqual({ kind: 'no-digest' })
    expect(compare(digest.slice(1))).toEqual({ kind: 'no-digest' })
    expect(compare(' \n ')).toEqual({ kind: 'empty' })
  })
})
