import type { ImageErrorData } from '../../core/index.ts'
import type { OverlayEffect, PreflightLine } from '../../ipc/schemas/preflight.ts'
import type { CardFacts, SpaceNeed } from '../plans/draft.ts'
import { childrenLine, machinesLine } from '../plans/preflight/dependent-lines.ts'
import { lineOfUse, spaceLine } from '../plans/preflight/file-lines.ts'
import { refusalLines, timeLine, undoLine } from '../plans/preflight/outcome-lines.ts'
import { freeBytesAt } from '../plans/preflight/surroundings.ts'
import type { Subject } from '../plans/subject.ts'

export interface PlaceFacts {
  readonly refusals: readonly ImageErrorData[]
  /** What another volume has to have room for; undefined on the same one. */
  readonly space?: SpaceNeed | undefined
  /** What it means for the images that build on it. */
  readonly overlays: OverlayEffect
  readonly undo: NonNullable<CardFacts['undo']>
}

/** Bytes that are copied, read twice and compared in a second, at a guess. */
const provedPerSecond = 100 * 1024 * 1024

/**
 * The card of an action that is about the file as a whole: neither whether its content may be written nor what the last
 * check said matters for its place.
 */
export async function placeLines(
  { use, row, children }: Pick<Subject, 'use' | 'row' | 'children'>,
  { refusals, space, overlays, undo }: PlaceFacts,
): Promise<readonly PreflightLine[]> {
  const free = space && { ...space, freeBytes: await freeBytesAt(space.folder) }
  return [
    lineOfUse(use),
    ...refusalLines(refusals),
    spaceLine(free),
    childrenLine(children, overlays),
    machinesLine(row.usedBy, true),
    undoLine(undo),
    timeLine(space && Math.ceil(space.bytes / provedPerSecond)),
  ].filter((line) => line !== undefined)
}
