/**
 * Commands in a Markdown page, run as they are printed. In a `console` block each stands after a `$` and before
 * what it printed, as in a transcript; in an `sh` block there is no output, and all have to end with 0. Every
 * block begins in the same prepared folder, and its commands run one after the other in it.
 */
import { replay } from './run-transcript.ts'
import { parseTranscript } from './transcript.ts'

interface Block {
  /** Position of its first line in the page. */
  readonly first: number
  /** What stands before each of its lines, in a list. */
  readonly indent: string
  readonly kind: string
  readonly lines: readonly string[]
}

/** A page in pieces: blocks of code, and the lines between them. */
interface Page {
  readonly lines: readonly string[]
  readonly blocks: readonly Block[]
}

/** They go on until someone ends them, or are not ours; other tests run them. */
const runElsewhere = /^(?:npm |(?:npx )?platter web )/

/**
 * The page as it would be written today. A command of an `sh` block that fails gets its output below it. Throws
 * when `prepare`, a line of shell, says anything.
 */
export async function withOutputs(text: string, prepare: string): Promise<string> {
  const page = pageOf(text)
  const blocks = page.blocks.filter(({ kind }) => kind === 'console' || kind === 'sh')
  const stories = blocks.map((block) => storyOf(block))
  const source = [
    `  $ npx() { "$@"; }; mkdir ../prepared && cd ../prepared && ${prepare}`,
    ...stories.flatMap((story) => [`  $ ${afresh}`, ...story.map((line) => `  ${line}`)]),
  ].join('\n')
  const { steps } = parseTranscript((await replay(`${source}\n`)).written)
  let at = 1
  for (const step of steps.filter(({ command }, index) => index === 0 || command === afresh)) {
    if (step.expected.length > 0) throw new Error(step.expected.join('\n'))
  }
  const lines = [...page.lines]
  const told = blocks.map((block, index) => {
    const count = stories[index]?.filter((line) => line.startsWith('$ ')).length ?? 0
    const mine = steps.slice(at + 1, at + 1 + count)
    at += 1 + count
    return block.kind === 'console'
      ? mine.flatMap(({ source: typed, expected }) => [
          ...typed.map((line) => line.slice(2)),
          ...expected,
        ])
      : // What failed, below what was typed.
        [...block.lines, ...mine.flatMap(({ expected }) => expected)]
  })
  // From the end on, so that places before it stay where they are.
  for (const [index, { first, indent, lines: old }] of [...blocks.entries()].toReversed()) {
    const now = (told[index] ?? []).map((line) => (line === '' ? '' : `${indent}${line}`))
    lines.splice(first, old.length, ...now)
  }
  return lines.join('\n')
}

const afresh = 'cd "$HOME" && rm -rf work data && cp -a prepared work && cd work'

function pageOf(text: string): Page {
  const lines = text.split('\n')
  const blocks: Block[] = []
  for (let at = 0; at < lines.length; at++) {
    const [, indent, kind] = /^( *)```(\w*)$/.exec(lines[at] ?? '') ?? []
    if (indent === undefined || kind === undefined) continue
    const first = at + 1
    const end = lines.indexOf(`${indent}\`\`\``, first)
    const inside = lines.slice(first, end)
    blocks.push({ first, indent, kind, lines: inside.map((line) => line.slice(indent.length)) })
    at = end
  }
  return { lines, blocks }
}

/** The lines of a transcript: those of a `console` block are one already. */
function storyOf({ kind, lines }: Block): readonly string[] {
  if (kind === 'console') return lines
  return lines.flatMap((line) =>
    line === '' || runElsewhere.test(line)
      ? []
      : [`$ { ${line}`, '> } > ../said 2>&1 || { echo "$?:"; cat ../said; }'],
  )
}
