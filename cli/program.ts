import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import type { Host } from './host.ts'
import { UsageError } from './usage-error.ts'
import { verbs, type Verb, type VerbOption, type VerbOptions } from './verbs.ts'
import { readVersion } from './version.ts'

/** Parses and runs. Throws UsageError for a command line that cannot be read. */
export async function runProgram(words: readonly string[], host: Host): Promise<ExitCode> {
  let code: ExitCode = exitCodes.fine
  const said = { out: '', error: '' }
  const program = configured(new Command('platter'), said)
    .description(
      'See the truth about virtual-machine disk images: what they are, whether they are sound.',
    )
    .version(readVersion(host.entryUrl), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain')
    .addHelpCommand(helpCommand())
    .usage('<verb> [options] [file or folder...]')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .commandsGroup('Verbs:')
    .addHelpText(
      'after',
      '\n"platter <verb> --help" explains one of them. Only compact and discard change an image,\n' +
        'and never what its guest reads.',
    )
  for (const verb of verbs) {
    const command = program.command(`${verb.name} ${verb.operands}`.trim()).summary(verb.summary)
    configured(command, said).description(sentence(verb.summary))
    for (const option of verb.options) command.addOption(commanderOption(option))
    if (verb.notes !== '') command.addHelpText('after', `\n${verb.notes}`)
    command.action(async (...given: readonly unknown[]) => {
      code = await runVerb(verb, command, given, host)
    })
  }
  try {
    await program.parseAsync([...words], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    const asked = ['commander.help', 'commander.helpDisplayed', 'commander.version']
    // `platter` alone and `platter nonsense` both reach here; only the first shows the help.
    if (!asked.includes(error.code)) throw new UsageError(usageSentence(said.error, error))
    if (said.out === '') {
      await host.stderr.write(said.error)
      return exitCodes.usage
    }
  }
  await host.stdout.write(said.out)
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

async function runVerb(
  verb: Verb,
  command: Command,
  given: readonly unknown[],
  host: Host,
): Promise<ExitCode> {
  const [operands] = given
  const parsed = command.opts<Partial<VerbOptions> & { readonly json?: boolean }>()
  const options: VerbOptions = {
    ...parsed,
    output: parsed.json === true ? 'json' : (parsed.output ?? 'human'),
    links: parsed.links ?? 'same-folder',
    history: parsed.history ?? true,
    limit: parsed.limit ?? 50,
    open: parsed.open ?? true,
    verify: parsed.verify ?? true,
  }
  const run = await verb.load()
  // commander hands a variadic argument over as an array of the words.
  return run(Array.isArray(operands) ? operands.map(String) : [], options, host)
}

function commanderOption(option: VerbOption): Option {
  const made = new Option(option.flags, option.help)
  switch (option.kind) {
    case 'switch':
    case 'text':
      return made
    case 'choice':
      made.choices(option.choices)
      break
    case 'number':
      made.argParser((text) => wholeNumber(text, option.from, option.to))
      break
  }
  return option.standard === undefined ? made : made.default(option.standard)
}

function wholeNumber(text: string, from: number, to: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= from && value <= to) return value
  throw new InvalidArgumentError(`Expected a whole number from ${from} to ${to}.`)
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

function usageSentence(printed: string, error: CommanderError): string {
  const text = (printed.trim() === '' ? error.message : printed).replace(/^error: /, '').trim()
  return text.replaceAll(/\s*\n\s*/g, ' ')
}

const helpCommand = (): Command =>
  new Command('help').argument('[verb]').description('explain a verb').helpGroup('Verbs:')
