/** The flows of the window that every host passes, in two halves: files of tests run side by side. */
import { batchCheckSuite } from './batch-check-suite.ts'
import { batchSuite } from './batch-suite.ts'
import { careSuite } from './care-suite.ts'
import type { HostKind } from './hosts.ts'
import { inspectorSuite } from './inspector-suite.ts'
import { jobsSuite } from './jobs-suite.ts'
import { librarySuite } from './library-suite.ts'
import { manyImagesSuite } from './many-images-suite.ts'
import type { Suites } from './on-host.ts'
import { relationsSuite } from './relations-suite.ts'
import { spaceSuite } from './space-suite.ts'
import { windowsSuite } from './windows-suite.ts'

/** Finding images, looking into them, checking many. */
export const lookingSuites = (kind: HostKind): Suites => ({
  'the library': () => librarySuite(kind),
  'the inspector': () => inspectorSuite(kind),
  'a check of many': () => batchCheckSuite(kind),
  'who needs an image': () => relationsSuite(kind),
  'many images': () => manyImagesSuite(kind),
  'windows of images': () => windowsSuite(kind),
})

/** What changes images, one or many. */
export const changingSuites = (kind: HostKind): Suites => ({
  batches: () => batchSuite(kind),
  'long work': () => jobsSuite(kind),
  'sizes and space': () => spaceSuite(kind),
  'looking after images': () => careSuite(kind),
})
