import { fileURLToPath } from 'node:url'
import { program, type BenchCommand } from './bench-case.ts'

export const launcher = fileURLToPath(new URL('../cli/bin/platter.mjs', import.meta.url))

/** Whole processes, start-up included, exactly as a person starts them. */
export const platter = (...args: readonly string[]): BenchCommand =>
  program(process.execPath, launcher, ...args)

/** The same as a part of a line for a shell. */
export const platterWords = `'${process.execPath}' '${launcher}'`
