import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'

export interface JobLine {
  /** Unix time in milliseconds. */
  readonly at: number
  readonly level: string
  readonly text: string
}

/** The file system's clock goes in steps, behind the one that the log reads; in milliseconds. */
const clockStep = 1000

/** A job that has more of them is told from its end. */
const lineLimit = 1000

const logLine = z
  .object({ timestamp: z.coerce.date(), level: z.string(), message: z.string() })
  .catchall(z.unknown())

/** What every line of a job's logger repeats. */
const repeated: ReadonlySet<string> = new Set([
  'timestamp',
  'level',
  'message',
  'job',
  'kind',
  'image',
])

/**
 * What the log has of a job, oldest first and the last thousand lines at most. The files of the log, ten MiB
 * together, are read line by line; those that were finished before the job was asked for are left alone, and so are
 * jobs of the same number in a library that started anew.
 */
export async function readJobLines(
  folder: string,
  job: { readonly id: string; readonly queuedAt: number },
): Promise<readonly JobLine[]> {
  // As the log writes it: a line without it needs no parsing.
  const mark = `"job":${JSON.stringify(job.id)}`
  let lines: JobLine[] = []
  for (const file of await logFiles(folder, job.queuedAt)) {
    const input = createReadStream(file, 'utf8')
    try {
      for await (const text of createInterface({ input, crlfDelay: Infinity })) {
        if (!text.includes(mark)) continue
        const line = parseLine(text, job)
        if (line !== undefined) lines.push(line)
        if (lines.length >= 2 * lineLimit) lines = lines.slice(-lineLimit)
      }
    } catch (error) {
      // Rotated away while it was read.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  }
  return lines.slice(-lineLimit)
}

/** `platter.log` is the newest, then `platter1.log`, `platter2.log`…; answered with the oldest first. */
async function logFiles(folder: string, since: number): Promise<readonly string[]> {
  const found: { readonly file: string; readonly age: number }[] = []
  for (const name of await readdir(folder).catch(() => [])) {
    const [, age] = /^platter(\d*)\.log$/.exec(name) ?? []
    if (age === undefined) continue
    const file = path.join(folder, name)
    const facts = await stat(file).catch(() => undefined)
    if (facts !== undefined && facts.mtimeMs + clockStep >= since)
      found.push({ file, age: Number(age) })
  }
  return found.toSorted((a, b) => b.age - a.age).map(({ file }) => file)
}

function parseLine(
  text: string,
  job: { readonly id: string; readonly queuedAt: number },
): JobLine | undefined {
  const parsed = logLine.safeParse(parseJson(text))
  if (!parsed.success || parsed.data['job'] !== job.id) return undefined
  const { timestamp, level, message, ...rest } = parsed.data
  const at = timestamp.getTime()
  // The log's clock is read a moment before the job's own.
  if (at < job.queuedAt - 1000) return undefined
  const facts = Object.entries(rest)
    .filter(([name]) => !repeated.has(name))
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return { at, level, text: facts.length === 0 ? message : `${message}: ${facts.join(', ')}` }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Half a line, from a power cut or a rotation.
    return undefined
  }
}
