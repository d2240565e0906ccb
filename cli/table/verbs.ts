/**
 * What the command line can do, as one table: help, parsing, suggestions, completions, the man page and
 * tests all read it.
 */
import { applicationVerbs } from './application-verbs.ts'
import { changingVerbs } from './changing-verbs.ts'
import { contentVerbs } from './content-verbs.ts'
import { convertingVerbs } from './converting-verbs.ts'
import { describingVerbs } from './describing-verbs.ts'
import { lookingVerbs } from './looking-verbs.ts'
import { spaceVerbs } from './space-verbs.ts'
import type { Verb, VerbGroup } from './verb.ts'

/** In the order of the help. */
export const verbGroups: readonly VerbGroup[] = [
  lookingVerbs,
  changingVerbs,
  spaceVerbs,
  convertingVerbs,
  contentVerbs,
  {
    ...applicationVerbs,
    verbs: [...applicationVerbs.verbs, ...describingVerbs(() => verbGroups)],
  },
]

export const verbs: readonly Verb[] = verbGroups.flatMap((group) => group.verbs)
