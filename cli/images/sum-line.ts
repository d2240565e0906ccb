import { hashAlgorithms, type HashAlgorithm } from '../../core/index.ts'

/** A line of a sums file: what a file's digest should be. */
export interface ExpectedSum {
  readonly file: string
  readonly digest: string
  readonly algorithm: HashAlgorithm
}

/**
 * A line as sha256sum(1) writes it. A name with a newline or backslash is escaped, and the line then
 * starts with a backslash, so that no name can forge a second line.
 */
export function sumLine(digest: string, file: string): string {
  if (!/[\\\n\r]/.test(file)) return `${digest}  ${file}`
  const escaped = file.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
  return `\\${digest}  ${escaped}`
}

const digits: Readonly<Record<HashAlgorithm, number>> = { sha1: 40, sha256: 64, sha512: 128 }

/**
 * Reads a line of a sums file: `DIGEST  FILE`, `DIGEST *FILE` (binary mode of coreutils), or the BSD
 * form `SHA256 (FILE) = DIGEST`. The digest's length tells the algorithm. Undefined for anything else.
 */
export function parseSumLine(line: string): ExpectedSum | undefined {
  const plain = /^(?<escaped>\\?)(?<digest>[0-9a-f]{40,128}) [ *](?<file>.+)$/i.exec(line)?.groups
  const bsd = /^(?<escaped>)SHA(?:1|256|512) ?\((?<file>.+)\) = (?<digest>[0-9a-f]{40,128})$/i.exec(
    line,
  )?.groups
  const { digest = '', file = '', escaped } = plain ?? bsd ?? {}
  const algorithm = hashAlgorithms.find((name) => digits[name] === digest.length)
  if (algorithm === undefined || file === '') return undefined
  return {
    file: escaped === '\\' ? unescaped(file) : file,
    digest: digest.toLowerCase(),
    algorithm,
  }
}

const unescaped = (name: string): string =>
  name.replace(/\\([\\nr])/g, (_, letter: string) =>
    letter === 'n' ? '\n' : letter === 'r' ? '\r' : '\\',
  )
