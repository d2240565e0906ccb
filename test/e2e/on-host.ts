import { describe } from 'vitest'
import { someOf, type Share } from '../helpers/some-of.ts'
import { accountForFailures } from './failure-account.ts'
import { requiredHosts, whyNot, type HostKind } from './hosts.ts'

/** By what they are about; each starts an app of its own. */
export type Suites = Readonly<Record<string, () => void>>

/** Of the suites that every host passes, those that this run takes where another host passes all of them. */
export const someSuites = (suites: Suites, share: Share): Suites =>
  Object.fromEntries(someOf(Object.entries(suites), share))

/**
 * Runs suites on one host. A host that cannot run here fails in its launch when it is required
 * (E2E_HOSTS), and is skipped with the reason in its name otherwise.
 */
export function onHost(kind: HostKind, suites: Suites): void {
  const reason = whyNot(kind)
  const isSkipped = reason !== undefined && !requiredHosts.includes(kind)
  const note = isSkipped ? ` (not here: ${reason})` : ''
  describe.skipIf(isSkipped)(`on ${kind}${note}`, () => {
    accountForFailures()
    // Each in a group of its own, so that one's app is closed before the next one starts.
    for (const [name, suite] of Object.entries(suites)) {
      describe(`suite: ${name}`, () => {
        suite()
      })
    }
  })
}
