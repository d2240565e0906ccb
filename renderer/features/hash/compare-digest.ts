import type { HashResult } from '../../../ipc/schemas/check.ts'

type Algorithm = HashResult['algorithm']

export type Comparison =
  | { readonly kind: 'empty' }
  /** Nothing in the text looks like a digest. */
  | { readonly kind: 'no-digest' }
  /** There are digests, but of another length than this one. */
  | { readonly kind: 'other-algorithm'; readonly names: string }
  | { readonly kind: 'match' }
  | { readonly kind: 'different'; readonly expected: string }
  /** A list of several digests of which none is this one and none names this file. */
  | { readonly kind: 'not-in-list'; readonly count: number }

export interface Computed {
  readonly algorithm: Algorithm
  readonly digest: string
  readonly fileName: string
}

interface Line {
  readonly digest: string
  readonly name: string | undefined
}

const digestLength: Readonly<Record<Algorithm, number>> = { sha1: 40, sha256: 64, sha512: 128 }
const namesByLength: Readonly<Record<number, string>> = {
  32: 'MD5',
  40: 'SHA-1',
  56: 'SHA-224',
  64: 'SHA-256',
  96: 'SHA-384',
  128: 'SHA-512',
}

/**
 * Compares with whatever people have at hand: a digest in any case and with spaces or colons in it, a
 * `sha256sum` line, a BSD line (`SHA256 (name) = digest`), or a whole SHA256SUMS file. A line that
 * names the file decides alone; otherwise one equal digest is enough.
 */
export function compareDigest(text: string, computed: Computed): Comparison {
  if (text.trim() === '') return { kind: 'empty' }
  const lines = text.split(/\r?\n/).flatMap((line) => parseLine(line) ?? [])
  if (lines.length === 0) return { kind: 'no-digest' }
  const fitting = lines.filter(({ digest }) => digest.length === digestLength[computed.algorithm])
  const [first] = fitting
  if (first === undefined) {
    const names = new Set(lines.map(({ digest }) => namesByLength[digest.length]))
    return { kind: 'other-algorithm', names: [...names].join(', ') }
  }
  const own = computed.digest.toLowerCase()
  const named = fitting.find(
    ({ name }) => name !== undefined && baseName(name) === computed.fileName,
  )
  if (named !== undefined) {
    return named.digest === own ? { kind: 'match' } : { kind: 'different', expected: named.digest }
  }
  if (fitting.some(({ digest }) => digest === own)) return { kind: 'match' }
  return fitting.length === 1
    ? { kind: 'different', expected: first.digest }
    : { kind: 'not-in-list', count: fitting.length }
}

function parseLine(line: string): Line | undefined {
  // First of all, or a digest that is written in groups would read as a short one with a name.
  const bare = line.replaceAll(/[\s:]/g, '').toLowerCase()
  if (/^[0-9a-f]+$/.test(bare) && bare.length in namesByLength) {
    return { digest: bare, name: undefined }
  }
  const bsd = /^\s*[\w-]+\s*\((?<name>.+)\)\s*=\s*(?<digest>[0-9a-f]+)\s*$/i.exec(line)
  // sha256sum marks a name with special characters by a backslash before the digest.
  const gnu = /^\s*\\?(?<digest>[0-9a-f]{32,128})\s+\*?(?<name>\S.*?)\s*$/i.exec(line)
  const groups = (bsd ?? gnu)?.groups
  const digest = groups?.['digest']?.toLowerCase()
  return digest !== undefined && digest.length in namesByLength
    ? { digest, name: groups?.['name'] }
    : undefined
}

const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path
