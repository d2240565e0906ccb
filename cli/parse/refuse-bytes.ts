import { isUtf8 } from 'node:buffer'
import { readFileSync, readlinkSync } from 'node:fs'
import process from 'node:process'
import { shownBytes } from '../terminal/shown-bytes.ts'
import { UsageError } from '../usage-error.ts'

/** What Node puts in place of bytes that are no UTF-8. */
const replacement = '\ufffd'

/**
 * Throws UsageError for words that are no UTF-8. What Node makes of one names another file, or none, and its
 * calls for files take no other words. Linux tells the bytes; where it does not, names are UTF-8 anyway (macOS)
 * or no bytes at all (Windows).
 */
export function refuseBytes(words: readonly string[]): void {
  refuseFolder()
  if (!words.some((word) => word.includes(replacement))) return
  // A launcher that hands over to this process hands the words as it decoded them; its own are as typed.
  for (const pid of [process.pid, process.ppid]) {
    const typed = typedWords(pid, words)
    const bytes = typed.find((word) => !isUtf8(word))
    if (bytes === undefined) continue
    throw new UsageError(
      `"${shownBytes(bytes)}" is not UTF-8, and Platter can open files by names in UTF-8 only. ` +
        'No file was touched. Give the file another name (mv), or a link with another name (ln).',
    )
  }
}

/** Relative names become absolute ones by the name of the folder they are relative to. */
function refuseFolder(): void {
  let folder: Buffer
  try {
    if (!process.cwd().includes(replacement)) return
    folder = readlinkSync('/proc/self/cwd', { encoding: 'buffer' })
  } catch {
    // A folder that is gone, which matters to relative names only, or no Linux.
    return
  }
  if (isUtf8(folder)) return
  throw new UsageError(
    `The folder "${shownBytes(folder)}", in which Platter was started, has a name that is not UTF-8, and Platter ` +
      'can open files by names in UTF-8 only. No file was touched. Give the folder another name (mv).',
  )
}

/** The last words of a process, as bytes; none when they are not these. */
function typedWords(pid: number, words: readonly string[]): readonly Uint8Array[] {
  let commandLine: Buffer
  try {
    commandLine = readFileSync(`/proc/${pid}/cmdline`)
  } catch {
    return []
  }
  const all: Buffer[] = []
  for (let at = 0; at < commandLine.length;) {
    const end = commandLine.indexOf(0, at)
    all.push(commandLine.subarray(at, end === -1 ? undefined : end))
    at = end === -1 ? commandLine.length : end + 1
  }
  const last = all.slice(-words.length)
  return last.every((word, index) => word.toString('utf8') === words[index]) ? last : []
}
