import { bashCompletions } from '../completions/bash.ts'
import { fishCompletions } from '../completions/fish.ts'
import { vocabulary } from '../completions/vocabulary.ts'
import { zshCompletions } from '../completions/zsh.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { RunVerb, VerbGroup } from '../table/verb.ts'
import { UsageError } from '../usage-error.ts'

const scripts = { bash: bashCompletions, zsh: zshCompletions, fish: fishCompletions }

/** `platter completions bash|zsh|fish`: the script that a shell loads. */
export const completionsOf =
  (table: readonly VerbGroup[]): RunVerb<unknown> =>
  async ({ operands, host }): Promise<ExitCode> => {
    const [shell = ''] = operands
    if (!isShell(shell)) {
      throw new UsageError(`"${shell}" is no shell that Platter knows: write bash, zsh or fish.`)
    }
    const verbs = table.flatMap((group) => group.verbs)
    await host.stdout.write(scripts[shell](vocabulary(verbs)))
    return exitCodes.fine
  }

const isShell = (word: string): word is keyof typeof scripts => Object.hasOwn(scripts, word)
