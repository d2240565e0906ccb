/**
 * Replays a transcript: one bash for all its commands, in a folder of its own, in which `platter` is the
 * real program and each run a process.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { tempFolder } from '../../helpers/temp-folder.ts'
import { boundBy, entry, entryEnvironment } from '../run-platter.ts'
import { reconcile } from './placeholders.ts'
import { parseTranscript, writeTranscript, type Transcript } from './transcript.ts'

const makeImage = fileURLToPath(new URL('make-image.ts', import.meta.url))

/** What no transcript may take; its bash and all it started is killed then. */
const LONGEST_MS = 120_000

export interface Replay {
  /** The transcript as it would be written today: equal to the source when all is as it says. */
  readonly written: string
  /** What `platter` was started with, each time. */
  readonly runs: readonly (readonly string[])[]
}

/** Between two words, and behind each run, in the log that the program's stand-in in PATH keeps. */
const [wordEnd, runEnd] = ['\u001f', '\u001e']

export async function replay(source: string): Promise<Replay> {
  const transcript = parseTranscript(source)
  await using folder = await tempFolder('transcript')
  const bin = folder.file('bin')
  const work = folder.file('work')
  await Promise.all([mkdir(bin), mkdir(work)])
  const log = folder.file('log')
  await writeFile(log, '')
  await program(
    path.join(bin, 'platter'),
    `printf '%s\\037' "$@" "$(printf '\\036')" >> '${log}'\nexec '${process.execPath}' '${entry}' "$@"`,
  )
  await program(path.join(bin, 'make-image'), `exec '${process.execPath}' '${makeImage}' "$@"`)
  // Between two runs of this line in the output is what one command printed.
  const mark = `=== ${path.basename(folder.path)} `
  const script = folder.file('script')
  await writeFile(script, scriptOf(transcript, mark))
  const [bash = '', ...words] = boundBy(['bash', '--norc', script])
  const child = spawn(bash, words, {
    cwd: work,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...entryEnvironment,
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      HOME: folder.path,
      PLATTER_DATA: folder.file('data'),
      PLATTER_LOGS: folder.file('logs'),
      LC_ALL: 'C.UTF-8',
      TZ: 'UTC',
      TERM: 'dumb',
      NO_COLOR: '1',
    },
  })
  const timer = setTimeout(() => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  }, LONGEST_MS)
  const [printed] = await Promise.all([text(child.stdout), once(child, 'close')])
  clearTimeout(timer)
  const shown = printed.replaceAll(work, '<folder>').replaceAll(folder.path, '<home>')
  const outputs = outputsOf(shown, mark)
  const written = writeTranscript(
    transcript,
    transcript.steps.map(({ expected }, index) =>
      reconcile(expected, outputs[index] ?? ['(never ran)']),
    ),
  )
  const started = (await readFile(log, 'utf8')).split(`${runEnd}${wordEnd}`).slice(0, -1)
  return { written, runs: started.map((run) => run.split(wordEnd).slice(0, -1)) }
}

async function program(file: string, command: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${command}\n`)
  await chmod(file, 0o755)
}

/** Errors come where they belong, which is between the lines of the answer. */
function scriptOf({ steps }: Transcript, mark: string): string {
  const commands = steps.map(({ command }) => `${command}\nprintf '\\n${mark}%d\\n' "$?"\n`)
  return `exec 2>&1\n${commands.join('')}`
}

function outputsOf(printed: string, mark: string): string[][] {
  const pieces = printed.split(`\n${mark}`)
  return pieces.slice(0, -1).map((piece, index) => {
    // Behind every mark but the last stand the code of the command before it and a newline.
    const output = index === 0 ? piece : piece.replace(/^\d+\n/, '')
    const code = /^\d+/.exec(pieces[index + 1] ?? '')?.[0] ?? '0'
    const lines = output === '' ? [] : output.replace(/\n$/, '').split('\n')
    const ended = output === '' || output.endsWith('\n')
    const whole = ended ? lines : [...lines.slice(0, -1), `${lines.at(-1) ?? ''} (no-eol)`]
    return code === '0' ? whole : [...whole, `[${code}]`]
  })
}
