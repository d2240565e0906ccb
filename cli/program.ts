import { Command, CommanderError } from 'commander'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import type { Streams } from './host.ts'
import { commanderOption, unsaid } from './parse/commander-option.ts'
import { meantWords, verbIn } from './parse/meant-words.ts'
import { withNegativeSizes } from './parse/negative-sizes.ts'
import { runVerb } from './run-verb.ts'
import { commonOptions } from './table/shared-options.ts'
import type { Example, Verb } from './table/verb.ts'
import { verbGroups, verbs } from './table/verbs.ts'
import { UsageError } from './usage-error.ts'
import { readVersion } from './version.ts'

/** Parses and runs. Throws UsageError for a command line that cannot be read. */
export async function runProgram(words: readonly string[], streams: Streams): Promise<ExitCode> {
  const meant = meantWords(words)
  const verb = verbIn(meant)
  try {
    return await runWords(meant, { verb, streams })
  } catch (error) {
    throw error instanceof UsageError
      ? new UsageError(error.message, { verb, cause: error })
      : error
  }
}

interface Meant {
  readonly verb: string | undefined
  readonly streams: Streams
}

async function runWords(words: readonly string[], { verb: named, streams }: Meant) {
  let code: ExitCode = exitCodes.fine
  const said = { out: '', error: '' }
  const program = configured(new Command('platter'), said)
    .description(
      'Looks after virtual-machine disk images: shows what they are, checks, changes and converts them.',
    )
    .version(readVersion(streams.entryUrl), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain')
    .addHelpCommand(helpCommand())
    .usage('<verb> [options] [file or folder...]')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText('after', '\n"platter help <verb>" explains one of them.')
  for (const group of verbGroups) {
    for (const verb of group.verbs) {
      const command = program.command([verb.name, ...verb.operands].join(' '))
      configured(command, said)
        .helpGroup(group.heading)
        .summary(verb.summary)
        .description(sentence(verb.summary))
      // Options of other verbs would be made for nobody, and most of the time of a start.
      if (verb.name !== named) continue
      for (const [name, option] of Object.entries(verb.options)) {
        const made = commanderOption(name, option)
        // Below the verb's own, which are what someone came for.
        if (Object.hasOwn(commonOptions, name)) made.helpGroup('Options of every verb:')
        command.addOption(made)
      }
      command.addHelpText('after', notesOf(verb))
      command.action(async (...given: readonly unknown[]) => {
        const operands = operandsOf(verb, given)
        // As a path it would mean the folder we are in.
        if (operands[0] === '') throw new UsageError('An empty word names no file.')
        code = await runVerb(verb, { operands, options: valuesOf(verb, command), streams })
      })
    }
  }
  try {
    const verb = verbs.find(({ name }) => name === named)
    await program.parseAsync(withNegativeSizes(words, verb), { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    const asked = ['commander.help', 'commander.helpDisplayed', 'commander.version']
    // `platter` alone and `platter nonsense` both reach here; only the first shows the help.
    if (!asked.includes(error.code)) throw new UsageError(usageSentence(said.error, error))
    if (said.out === '') {
      await streams.stderr.write(said.error)
      return exitCodes.usage
    }
  }
  await streams.stdout.write(said.out)
  return code
}

/** commander would print and exit by itself; both are the caller's. */
function configured(command: Command, said: { out: string; error: string }): Command {
  return command
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: (text) => {
        said.out += text
      },
      writeErr: (text) => {
        said.error += text
      },
    })
}

/** commander hands a variadic operand over as an array, and one that is missing as undefined. */
const operandsOf = (verb: Verb, given: readonly unknown[]): readonly string[] =>
  given
    .slice(0, verb.operands.length)
    .flat()
    .filter((operand) => typeof operand === 'string')

/** Every property of the verb's table, whether it was given or not. */
function valuesOf({ options }: Verb, command: Command): Readonly<Record<string, unknown>> {
  const parsed: Readonly<Record<string, unknown>> = command.opts()
  const values = Object.entries(options).map(([name, option]) => [
    name,
    parsed[name] ?? unsaid(option),
  ])
  const isJson = parsed['json'] === true && 'output' in options
  return { ...Object.fromEntries(values), ...(isJson ? { output: 'json' } : {}) }
}

function notesOf({ notes, examples = [] }: Verb): string {
  const lines = examples.map((example) => exampleLines(example))
  return [
    ...(notes === '' ? [] : [`\n${notes}`]),
    ...(lines.length === 0 ? [] : [`\nExamples:\n${lines.join('\n')}`]),
  ].join('\n')
}

const exampleLines = ({ words, does }: Example): string => `  platter ${words}\n      ${does}`

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

function usageSentence(printed: string, error: CommanderError): string {
  const text = (printed.trim() === '' ? error.message : printed).replace(/^error: /, '').trim()
  return text.replaceAll(/\s*\n\s*/g, ' ')
}

const helpCommand = (): Command =>
  new Command('help').argument('[verb]').description('explain a verb').helpGroup('Platter itself:')
