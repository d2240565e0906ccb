import { isChange, type ChangeKind } from '../../../ipc/schemas/change.ts'
import type { Job, JobKind, JobState, RecordedRequest } from '../../../ipc/schemas/job.ts'
import { unreachable } from '../../unreachable.ts'
import type { Tone } from '../../ui/badge.tsx'
import type { IconName } from '../../ui/icon.tsx'

export interface KindWords {
  readonly word: string
  /** While it goes on. */
  readonly doing: string
  readonly icon: IconName
}

const changeWords: Readonly<Record<ChangeKind, KindWords>> = {
  create: { word: 'Create', doing: 'Creating', icon: 'plus' },
  resize: { word: 'Resize', doing: 'Resizing', icon: 'density' },
  repair: { word: 'Repair', doing: 'Repairing', icon: 'wrench' },
  amend: { word: 'Change of the format', doing: 'Changing the format', icon: 'settings' },
  undo: { word: 'Undo', doing: 'Undoing', icon: 'history' },
  snapshot: { word: 'Snapshot', doing: 'Working on snapshots', icon: 'snapshot' },
  compact: { word: 'Compact', doing: 'Compacting', icon: 'drop' },
  discard: { word: 'Discard zeroes', doing: 'Discarding zeroes', icon: 'drop' },
  encode: { word: 'Encode', doing: 'Encoding', icon: 'download' },
  decode: { word: 'Decode', doing: 'Decoding', icon: 'open' },
  'stream-decode': { word: 'Decode a stream', doing: 'Decoding a stream', icon: 'open' },
  write: { word: 'Write', doing: 'Writing', icon: 'details' },
  pattern: { word: 'Pattern', doing: 'Writing a pattern', icon: 'columns' },
  dehydrate: { word: 'Dehydrate', doing: 'Dehydrating', icon: 'file' },
  relink: { word: 'Change of the backing file', doing: 'Changing the backing file', icon: 'link' },
  rename: { word: 'Rename', doing: 'Renaming', icon: 'details' },
  move: { word: 'Move', doing: 'Moving', icon: 'folder' },
  trash: { word: 'Move to Trash', doing: 'Moving to Trash', icon: 'remove' },
  remove: { word: 'Remove from library', doing: 'Removing from the library', icon: 'remove' },
  rehydrate: { word: 'Rehydrate', doing: 'Rehydrating', icon: 'file' },
}

export const kindWords: Readonly<Record<JobKind, KindWords>> = {
  check: { word: 'Check', doing: 'Checking', icon: 'check-circle' },
  hash: { word: 'Checksum', doing: 'Hashing', icon: 'hash' },
  map: { word: 'Map', doing: 'Mapping', icon: 'map' },
  ...changeWords,
}

export const algorithmWords = { sha256: 'SHA-256', sha1: 'SHA-1', sha512: 'SHA-512' } as const

/** "Full check", "SHA-256 of the content": what was asked for, with its parameters. */
export function requestWords(request: RecordedRequest): string {
  if (isChange(request)) return kindWords[request.kind].word
  switch (request.kind) {
    case 'check':
      return request.depth === 'full' ? 'Full check' : 'Check'
    case 'hash':
      return `${algorithmWords[request.algorithm]} of the ${request.target}`
    case 'map':
      return 'Map'
    default:
      return unreachable(request)
  }
}

export const stateWords: Readonly<
  Record<JobState, { readonly word: string; readonly tone: Tone }>
> = {
  queued: { word: 'Waiting', tone: 'neutral' },
  running: { word: 'Running', tone: 'info' },
  pausing: { word: 'Pausing', tone: 'neutral' },
  paused: { word: 'Paused', tone: 'neutral' },
  cancelling: { word: 'Cancelling', tone: 'neutral' },
  succeeded: { word: 'Done', tone: 'good' },
  failed: { word: 'Failed', tone: 'bad' },
  cancelled: { word: 'Cancelled', tone: 'neutral' },
  interrupted: { word: 'Interrupted', tone: 'warn' },
  skipped: { word: 'Skipped', tone: 'neutral' },
}

export const actorWords: Readonly<Record<Job['actor'], string>> = {
  desktop: 'in the window',
  web: 'in a browser',
  cli: 'on the command line',
}
