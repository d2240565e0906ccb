import type { AmendOptions } from '../../core/index.ts'
import type { OptionValues } from '../table/option.ts'
import type { amending } from '../table/changing-verbs.ts'
import { UsageError } from '../usage-error.ts'
import { headerKeys, headerOptions } from './header-words.ts'
import { QemuOptions } from './qemu-options.ts'

/** The options of `amend`. Throws UsageError, also when there is nothing to change. */
export function amendOptions(words: OptionValues<typeof amending>): AmendOptions {
  const options = headerOptions(words, new QemuOptions(words.option, headerKeys))
  if (Object.values(options).every((value) => value === undefined)) {
    throw new UsageError(
      'Nothing is to be changed: give --compat, --refcount-bits, --lazy-refcounts or --strict-refcounts.',
    )
  }
  return options
}
