/**
 * Transcripts of the command line, in the form that cram made known: prose is not indented, commands are
 * (`  $ platter info a.qcow2`, goes on with `  > `), and below each stands what it printed, errors included.
 * A code other than 0 follows as `  [2]`; a last line without its newline ends in ` (no-eol)`.
 */
export interface Step {
  /** As it is run: one or more lines of shell. */
  readonly command: string
  /** As it was written, with prompts. */
  readonly source: readonly string[]
  /** Not indented; codes included. */
  readonly expected: readonly string[]
}

export interface Transcript {
  /** What stands before the first step and after each: one more than there are steps. */
  readonly prose: readonly (readonly string[])[]
  readonly steps: readonly Step[]
}

const indent = '  '
const prompt = `${indent}$ `
const continued = `${indent}> `

/** Throws when output stands before the first command. */
export function parseTranscript(text: string): Transcript {
  const prose: string[][] = [[]]
  const steps: { source: string[]; expected: string[] }[] = []
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const step = steps.at(-1)
    const isOpen = step !== undefined && prose.at(-1)?.length === 0
    if (line.startsWith(prompt)) {
      steps.push({ source: [line], expected: [] })
      prose.push([])
    } else if (!line.startsWith(indent)) prose.at(-1)?.push(line)
    else if (!isOpen) throw new Error(`output without a command: ${line}`)
    else if (line.startsWith(continued) && step.expected.length === 0) step.source.push(line)
    else step.expected.push(line.slice(indent.length))
  }
  return {
    prose,
    steps: steps.map((step) => ({
      ...step,
      command: step.source.map((line) => line.slice(prompt.length)).join('\n'),
    })),
  }
}

/** The transcript with other output: `outputs` holds the lines below each step. */
export function writeTranscript(
  { prose, steps }: Transcript,
  outputs: readonly (readonly string[])[],
): string {
  const lines = [...(prose[0] ?? [])]
  for (const [index, { source }] of steps.entries()) {
    lines.push(...source, ...(outputs[index] ?? []).map((line) => `${indent}${line}`))
    lines.push(...(prose[index + 1] ?? []))
  }
  return `${lines.join('\n')}\n`
}
