import { UsageError } from '../usage-error.ts'
import { same, type QemuOptions } from './qemu-options.ts'

export const headerKeys = ['compat', 'refcount_bits', 'lazy_refcounts'] as const
type HeaderKey = (typeof headerKeys)[number]

/** The options of a header that `create` chooses and `amend` changes. */
export interface HeaderWords {
  readonly compat: '0.10' | '1.1' | undefined
  readonly refcountBits: (typeof widths)[number] | undefined
  readonly lazyRefcounts: boolean
  readonly strictRefcounts: boolean
}

const widths = ['1', '2', '4', '8', '16', '32', '64'] as const
const versions = { '0.10': 2, v2: 2, '1.1': 3, v3: 3 } as const

/** What the options and `-o` come to together; undefined: nothing was said. Throws UsageError. */
export function headerOptions(
  { compat, refcountBits, lazyRefcounts, strictRefcounts }: HeaderWords,
  given: Pick<QemuOptions<HeaderKey>, 'choice' | 'onOff'>,
): {
  readonly version: 2 | 3 | undefined
  readonly refcountBits: number | undefined
  readonly lazyRefcounts: boolean | undefined
} {
  if (lazyRefcounts && strictRefcounts) {
    throw new UsageError('--lazy-refcounts and --strict-refcounts exclude each other.')
  }
  const laziness = lazyRefcounts ? true : strictRefcounts ? false : undefined
  const version = given.choice('compat', ['0.10', '1.1', 'v2', 'v3'])
  const width = same('refcount-bits', refcountBits, given.choice('refcount_bits', widths))
  return {
    version: same('compat', compat && versions[compat], version && versions[version]),
    refcountBits: width === undefined ? undefined : Number(width),
    lazyRefcounts: same('lazy-refcounts', laziness, given.onOff('lazy_refcounts')),
  }
}
