import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verbs } from '../../cli/table/verbs.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

const run = promisify(execFile)

type Shell = 'bash' | 'zsh' | 'fish'

let folder: TempFolder

beforeAll(async () => {
  folder = await tempFolder('completions')
  await writeFile(folder.file('my disk.qcow2'), '')
  await mkdir(folder.file('folder'))
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    const { stdout } = await platter(['completions', shell])
    await writeFile(folder.file(`script.${shell}`), stdout)
  }
  await writeFile(folder.file('ask.zsh'), askZsh)
})
afterAll(() => folder[Symbol.asyncDispose]())

const end = 'END OF THE LINE'

/** What the shell itself makes of the last word of each line. */
const offers: Record<Shell, (lines: readonly string[]) => Promise<readonly (readonly string[])[]>> =
  {
    // A terminal and a key that puts every match into the line, which then runs.
    bash: async (lines) => {
      const typed = [
        `bind '"\\C-t": insert-completions'`,
        'source script.bash',
        `platter() { printf 'ARGUMENT<%s>\\n' "$@"; printf '\\n%s\\n' 'END OF THE'' LINE'; }`,
        ...lines.map((line) => `${line}\u0014`),
        'exit\n',
      ]
      const bash = run('script', ['-qec', 'bash --norc -i', '/dev/null'], {
        cwd: folder.path,
        env: { ...process.env, TERM: 'dumb', PS1: '', HISTFILE: '' },
      })
      bash.child.stdin?.end(typed.join('\n'))
      const { stdout } = await bash
      return stdout
        .split(end)
        .slice(0, -1)
        .map((text, index) =>
          [...text.matchAll(/^ARGUMENT<([^%].*)>\r?$/gm)]
            .map(([, word = '']) => word)
            .slice((lines[index]?.split(' ').length ?? 0) - 2),
        )
    },
    zsh: async (lines) => {
      const { stdout } = await run('zsh', ['-f', 'ask.zsh', ...lines], { cwd: folder.path })
      return answers(stdout).map((words) => words.map((word) => word.replaceAll('\\', '')))
    },
    fish: async (lines) => {
      const script = `source script.fish; for line in $argv; complete --do-complete $line; echo ${end}; end`
      const { stdout } = await run('fish', ['--no-config', '--command', script, ...lines], {
        cwd: folder.path,
        env: { ...process.env, HOME: folder.path },
      })
      return answers(stdout.replaceAll(/\t.*/g, ''))
    },
  }

const answers = (text: string): string[][] =>
  text
    .split(`${end}\n`)
    .slice(0, -1)
    .map((words) => words.split('\n').filter((word) => word !== ''))

/** An interactive zsh in a terminal of another: what its completion adds is written to a file. */
const askZsh = `
zmodload zsh/zpty
zpty asked zsh -f -i
zpty -w asked "$(<<'SETUP'
PROMPT= RPS1=
autoload -Uz compinit && compinit -u -D
source script.zsh
compadd() {
    local -a hits
    if [[ \${@[1,(i)(-|--)]} != *-(O|A|D)\\ * ]]; then
        builtin compadd -A hits "$@"
        print -rl -- $hits >> offered
    fi
    builtin compadd "$@"
}
complete-and-tell() { _main_complete; print -r -- 'TO''LD'; compstate[insert]='' compstate[list]='' }
zle -C complete-and-tell complete-word complete-and-tell
bindkey '^I' complete-and-tell
bindkey '^U' kill-whole-line
print -r -- 'REA''DY'
SETUP
)"
zpty -r asked seen '*READY*'
for line in "$@"; do
    : > offered
    zpty -w -n asked $'\\x15'"$line"$'\\t'
    zpty -r asked seen '*TOLD*'
    cat offered
    print ${end}
done
zpty -d asked
`

const algorithms = ['sha1', 'sha256', 'sha512']
const cases: readonly (readonly [line: string, words: readonly string[]])[] = [
  ['platter ', [...verbs.map(({ name }) => name), 'help'].toSorted()],
  ['platter comp', ['compact', 'completions']],
  ['platter check --de', ['--debug', '--deep']],
  ['platter sha --algorithm ', algorithms],
  ['platter sha --algorithm=sha', algorithms],
  ['platter sha my', ['my disk.qcow2']],
  ['platter check --report my', ['my disk.qcow2']],
  ['platter snapshot disk.qcow2 re', ['rename', 'restore']],
  ['platter completions ', ['bash', 'fish', 'zsh']],
  ['platter help stream', ['stream-decode']],
  ['platter create --format raw disk.qcow2 ', []],
  ['platter create --format raw my', ['my disk.qcow2']],
  ['platter repair --safety-copy-folder fo', ['folder']],
]

/** One shell says a word twice, one puts the option before its value, one a slash after a folder. */
const plain = (words: readonly string[] = []): readonly string[] =>
  [...new Set(words.map((word) => word.replace(/^--algorithm=|\/$/g, '')))].toSorted()

describe.each(['bash', 'zsh', 'fish'] as const)('in %s', (shell) => {
  let answered: readonly (readonly string[])[]

  beforeAll(async () => {
    answered = await offers[shell](cases.map(([line]) => line))
  })

  it.each(cases.map(([line, words], index) => ({ line, words, index })))(
    '"$line" is completed from the table',
    ({ words, index }) => {
      expect(plain(answered[index])).toEqual(words)
    },
  )
})

it('of another shell are refused', async () => {
  const { exitCode, stderr } = await platter(['completions', 'tcsh'])
  expect(exitCode).toBe(64)
  expect(stderr).toContain('write bash, zsh or fish')
})
