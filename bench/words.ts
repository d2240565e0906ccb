import type { BenchCommand } from './bench-case.ts'

/** A command as the words that start it. */
export const wordsOf = (command: BenchCommand): readonly string[] =>
  command.kind === 'program' ? [command.program, ...command.args] : ['sh', '-c', command.line]

export const describe = (command: BenchCommand): string => wordsOf(command).join(' ')
