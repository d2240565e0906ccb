import type { Job, JobKind, JobRequest, JobState } from '../../../ipc/schemas/job.ts'
import { unreachable } from '../../unreachable.ts'
import type { Tone } from '../../ui/badge.tsx'
import type { IconName } from '../../ui/icon.tsx'

export const kindWords: Readonly<
  Record<JobKind, { readonly word: string; readonly icon: IconName }>
> = {
  check: { word: 'Check', icon: 'check-circle' },
  hash: { word: 'Checksum', icon: 'hash' },
  map: { word: 'Map', icon: 'map' },
}

export const algorithmWords = { sha256: 'SHA-256', sha1: 'SHA-1', sha512: 'SHA-512' } as const

/** "Full check", "SHA-256 of the content": what was asked for, with its parameters. */
export function requestWords(request: JobRequest): string {
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
  cancelling: { word: 'Cancelling', tone: 'neutral' },
  succeeded: { word: 'Done', tone: 'good' },
  failed: { word: 'Failed', tone: 'bad' },
  cancelled: { word: 'Cancelled', tone: 'neutral' },
  interrupted: { word: 'Interrupted', tone: 'warn' },
}

export const actorWords: Readonly<Record<Job['actor'], string>> = {
  desktop: 'in the window',
  web: 'in a browser',
  cli: 'on the command line',
}

/** The command that does the same, word by word. */
export function commandOf({ request, imagePath }: Pick<Job, 'request' | 'imagePath'>): string[] {
  switch (request.kind) {
    case 'check':
      return ['platter', 'check', ...(request.depth === 'full' ? ['--deep'] : []), imagePath]
    case 'hash':
      return [
        'platter',
        'sha',
        ...(request.algorithm === 'sha256' ? [] : ['--algorithm', request.algorithm]),
        ...(request.target === 'file' ? ['--file'] : []),
        imagePath,
      ]
    case 'map':
      return ['platter', 'map', imagePath]
    default:
      return unreachable(request)
  }
}
