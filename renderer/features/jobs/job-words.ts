import { isChange } from '../../../ipc/schemas/change.ts'
import type { JobKind, JobState, RecordedRequest } from '../../../ipc/schemas/job.ts'
import { texts } from '../../texts/texts.ts'
import { unreachable } from '../../unreachable.ts'
import type { Tone } from '../../ui/badge.tsx'
import type { IconName } from '../../ui/icon.tsx'

export interface KindWords {
  readonly word: string
  /** While it goes on. */
  readonly doing: string
  readonly icon: IconName
}

const icons: Readonly<Record<JobKind, IconName>> = {
  create: 'plus',
  resize: 'resize',
  repair: 'wrench',
  amend: 'settings',
  undo: 'undo',
  snapshot: 'snapshot',
  compact: 'compact',
  discard: 'drop',
  encode: 'download',
  decode: 'open',
  'stream-decode': 'open',
  write: 'details',
  pattern: 'columns',
  dehydrate: 'file',
  relink: 'link',
  rename: 'edit',
  move: 'move',
  trash: 'trash',
  remove: 'remove',
  rehydrate: 'file',
  check: 'check-circle',
  hash: 'hash',
  map: 'map',
}

export const kindWords = (kind: JobKind): KindWords => ({
  ...texts().jobs.kinds[kind],
  icon: icons[kind],
})

/** Names of the norm, the same in every language. */
export const algorithmWords = { sha256: 'SHA-256', sha1: 'SHA-1', sha512: 'SHA-512' } as const

/** "Full check", "SHA-256 of the content": what was asked for, with its parameters. */
export function requestWords(request: RecordedRequest): string {
  const { kinds, requests } = texts().jobs
  if (isChange(request)) return kinds[request.kind].word
  switch (request.kind) {
    case 'check':
      return request.depth === 'full' ? requests.fullCheck : kinds.check.word
    case 'hash':
      return requests.hash[request.target](algorithmWords[request.algorithm])
    case 'map':
      return kinds.map.word
    default:
      return unreachable(request)
  }
}

const tones: Readonly<Record<JobState, Tone>> = {
  queued: 'neutral',
  running: 'info',
  pausing: 'neutral',
  paused: 'neutral',
  cancelling: 'neutral',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'neutral',
  interrupted: 'warn',
  skipped: 'neutral',
}

export const stateWords = (state: JobState): { readonly word: string; readonly tone: Tone } => ({
  word: texts().jobs.states[state],
  tone: tones[state],
})
