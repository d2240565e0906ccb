/**
 * An option of a verb, as a row of the table of verbs. Parsing, help, completions and the man page are made
 * of it. The property name it has in its table is its long name: `dryRun` is `--dry-run`.
 */
import type { SizeChange } from '../parse/size.ts'

interface Described {
  /** After the option in its help: lower case, no full stop. */
  readonly help: string
  /** One letter, where people know it from other tools: `o` is `-o`. */
  readonly short?: string
}

interface WithValue extends Described {
  /** What stands for the value in help: `file` is shown as `<file>`. */
  readonly value: string
}

export type VerbOption =
  /** `--dry-run`; false when it is not given. */
  | (Described & { readonly kind: 'switch' })
  /** `--no-history`, of the property `history`; true when it is not given. */
  | (Described & { readonly kind: 'off-switch' })
  | (WithValue & { readonly kind: 'text' })
  /** May be given several times. */
  | (WithValue & { readonly kind: 'texts' })
  | (WithValue & {
      readonly kind: 'choice'
      readonly choices: readonly string[]
      readonly standard?: string
      /** Other spellings that are taken and not shown. */
      readonly synonyms?: Readonly<Record<string, string>>
    })
  /** A whole number, bounds included. */
  | (WithValue & {
      readonly kind: 'number'
      readonly from: number
      readonly to: number
      readonly standard?: number
    })
  /** Bytes: `10G`, `1.5GiB`, `0x200`. */
  | (WithValue & { readonly kind: 'size' })
  /** Bytes, or so many more or fewer: `+10G`. */
  | (WithValue & { readonly kind: 'size-change' })

export type OptionTable = Readonly<Record<string, VerbOption>>

type ValueOf<Option extends VerbOption> = Option extends { readonly kind: 'switch' | 'off-switch' }
  ? boolean
  : Option extends { readonly kind: 'texts' }
    ? readonly string[]
    : Given<Option> | (Option extends { readonly standard: string | number } ? never : undefined)

type Given<Option extends VerbOption> = Option extends {
  readonly kind: 'choice'
  readonly choices: readonly (infer Choice)[]
}
  ? Choice
  : Option extends { readonly kind: 'number' | 'size' }
    ? number
    : Option extends { readonly kind: 'size-change' }
      ? SizeChange
      : string

/** What the options of a table are after parsing: every property is there. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]: ValueOf<Table[Name]>
}

/** `dryRun` to `--dry-run`, and `history` of an off-switch to `--no-history`. */
export function longName(name: string, option: VerbOption): string {
  const words = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  return option.kind === 'off-switch' ? `--no-${words}` : `--${words}`
}

/** `--report <file>`, `-o, --option <list>`. */
export function flagsOf(name: string, option: VerbOption): string {
  const long = longName(name, option)
  const both = option.short === undefined ? long : `-${option.short}, ${long}`
  return 'value' in option ? `${both} <${option.value}>` : both
}
