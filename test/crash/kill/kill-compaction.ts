import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { CompactMode } from '../../../core/operations/compact-plan.ts'
import type { CompactResult } from '../../../core/operations/compact-result.ts'
import type { Progress } from '../../../core/progress.ts'
import { parseLine } from './compacting-lines.ts'

const program = fileURLToPath(new URL('compacting-process.ts', import.meta.url))

export interface CompactingOptions {
  readonly mode: CompactMode
  /** How far it looks for zeroes. */
  readonly scan: 'none' | 'whole'
  readonly proof: boolean
  /** Asked at every report: in so many milliseconds the process is killed. Never, when left out. */
  readonly killIn?: (progress: Progress) => number | undefined
}

export type CompactingEnd =
  | { readonly kind: 'killed'; readonly last: Progress | undefined }
  | { readonly kind: 'done'; readonly result: CompactResult; readonly seconds: number }

/** Compacts in a process of its own, which may be killed on the way. Throws when it fails by itself. */
export async function compactInProcess(
  image: string,
  { mode, scan, proof, killIn = () => undefined }: CompactingOptions,
): Promise<CompactingEnd> {
  const child = spawn(
    process.execPath,
    [program, image, mode, scan, proof ? 'proof' : 'no-proof'],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let rest = ''
  let errors = ''
  let last: Progress | undefined
  let firstAt: number | undefined
  let result: CompactResult | undefined
  const doomed = Promise.withResolvers<number>()
  const hear = (text: string): void => {
    const line = parseLine(text)
    if (line.kind === 'result') {
      result = line.result
      return
    }
    last = line.progress
    firstAt ??= performance.now()
    const ms = killIn(last)
    if (ms !== undefined) doomed.resolve(ms)
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) hear(line)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const closed = new Promise<NodeJS.Signals | null>((resolve) => {
    child.on('close', (_code, signal) => resolve(signal))
  })
  const ms = await Promise.race([doomed.promise, closed.then(() => 0)])
  // The moment of death is what this is about, not something that is waited for.
  await Promise.race([delay(ms), closed])
  child.kill('SIGKILL')
  const signal = await closed
  if (result !== undefined) {
    return { kind: 'done', result, seconds: (performance.now() - (firstAt ?? 0)) / 1000 }
  }
  if (signal !== 'SIGKILL') throw new Error(`compacting ${image} ended by itself: ${errors}`)
  return { kind: 'killed', last }
}
