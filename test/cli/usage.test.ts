import { describe, expect, it } from 'vitest'
import { flagsOf } from '../../cli/table/option.ts'
import { verbs } from '../../cli/table/verbs.ts'
import { someOf } from '../helpers/some-of.ts'
import { platter } from './run-platter.ts'

describe('help', () => {
  it('names every verb and where to read more', async () => {
    const { exitCode, stdout } = await platter(['--help'])
    expect(exitCode).toBe(0)
    for (const { name } of verbs) expect(stdout).toContain(`  ${name} `)
    expect(stdout).toContain('"platter help <verb>" explains one of them')
  })

  it.each(someOf(verbs, { oneIn: 4 }))(
    'explains $name with all its options',
    async ({ name, options, summary }) => {
      const { exitCode, stdout } = await platter([name, '--help'])
      expect(exitCode).toBe(0)
      expect(stdout.toLowerCase()).toContain(summary.slice(0, 20).toLowerCase())
      for (const [option, row] of Object.entries(options)) {
        expect(stdout).toContain(flagsOf(option, row))
      }
    },
  )

  it('explains a verb after the word help too, in the same words', async () => {
    const asked = await platter(['help', 'map'])
    expect(asked).toMatchObject({ exitCode: 0, stderr: '' })
    expect(asked).toEqual(await platter(['map', '--help']))
  })

  it('takes underscores for hyphens, in help too', async () => {
    const names = verbs.map(({ name }) => name).filter((name) => name.includes('-'))
    for (const name of names) {
      const { stdout } = await platter(['help', name.replaceAll('-', '_')])
      expect(stdout).toContain(`Usage: platter ${name}`)
    }
  })

  it('alone names the verbs', async () => {
    expect(await platter(['help'])).toEqual(await platter(['--help']))
  })

  it('prints the version alone on a line', async () => {
    expect(await platter(['--version'])).toEqual({ exitCode: 0, stdout: '0.1.0\n', stderr: '' })
  })
})

describe('a command line that cannot be read', () => {
  it.each(
    someOf(
      [
        [['chek', 'x'], "unknown command 'chek' (Did you mean check?)"],
        [['chek', '--help'], "unknown command 'chek' (Did you mean check?)"],
        [['help', 'chek'], "unknown command 'chek' (Did you mean check?)"],
        [['help', 'check', 'map'], 'help explains one verb at a time.'],
        [['convert', 'x', 'y'], "unknown command 'convert' (Here it is encode or decode.)"],
        [['--json', 'info', 'x'], '--json stands before the verb: options come after it.'],
        [['check', '--depe', 'x'], "unknown option '--depe' (Did you mean --deep?)"],
        [['check', '--jsno', 'x'], "unknown option '--jsno' (Did you mean --json?)"],
        [['check'], 'missing required argument'],
        [['map', '--progress-fd', '9x', 'x'], 'Expected a whole number from 1 to 255.'],
        [
          ['map', '--progress-fd', '77', 'x'],
          '--progress-fd 77: that file descriptor is not open.',
        ],
        [['info', '--format', 'vmdk', 'x'], 'Allowed choices are qcow2, raw.'],
        [['sha', '--algorithm', 'md5', 'x'], 'Allowed choices are sha256, sha1, sha512.'],
        [['check', '--links', 'maybe', 'x'], 'Allowed choices are deny, same-folder, allow.'],
        [['check', '--report', 'out.pdf', 'x'], 'the name must end in .csv, .json or .html.'],
        [['history', '--limit', '0'], 'Expected a whole number from 1 to 10000.'],
        [['jobs', 'x'], 'too many arguments'],
        [['encode', '', 'x'], 'An empty word names no file.'],
        [['compact'], 'missing required argument'],
        [
          ['compact', '--mode', 'zeroes', 'x'],
          'Allowed choices are auto, in-place, punch, rewrite.',
        ],
        [['compact', '--compress', 'zlib', 'x'], '--compress needs --mode rewrite.'],
        [
          ['compact', '--mode', 'punch', '--keep-original', 'y', 'x'],
          '--keep-original needs --mode',
        ],
        [['compact', '--mode', 'rewrite', '--keep-original', 'y', 'a', 'b'], 'names one file'],
        [['discard', '--mode', 'punch', 'x'], "unknown option '--mode'"],
      ],
      { oneIn: 2 },
    ),
  )('%j ends with 64 and says what to write', async (words, sentence) => {
    const { exitCode, stdout, stderr } = await platter(words)
    expect(exitCode).toBe(64)
    expect(stdout).toBe('')
    expect(stderr).toContain(sentence)
    expect(stderr).not.toMatch(/\n\s+at |undefined|NaN/)
  })

  it.each([
    [['check', '--jsno', 'x'], 'Run "platter help check" for what it takes.'],
    [['check'], 'Run "platter help check" for what it takes.'],
    [['compact', '--compress', 'zlib', 'x'], 'Run "platter help compact" for what it takes.'],
    [['chek', 'x'], 'Run "platter help" for all verbs.'],
  ] as const)('%j says where to read more', async (words, sentence) => {
    const { stderr } = await platter(words)
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(sentence)
  })

  it('answers no words at all with the help, on stderr', async () => {
    const { exitCode, stdout, stderr } = await platter([])
    expect(exitCode).toBe(64)
    expect(stdout).toBe('')
    expect(stderr).toContain('Usage: platter')
  })
})
