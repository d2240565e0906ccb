import type { PreflightLine } from '../../../ipc/schemas/preflight.ts'
import type { CardFacts, Draft } from '../draft.ts'
import type { Subject } from '../subject.ts'
import { childrenLine, machinesLine, snapshotsLine } from './dependent-lines.ts'
import { checkLine, spaceLine, lineOfUse, writableLine } from './file-lines.ts'
import { refusalLines, timeLine, undoLine } from './outcome-lines.ts'
import type { Surroundings } from './surroundings.ts'

/** The card in front of an action: what stands for and against it, the hindrances of the file first. */
export function cardOf(
  { card, refusals }: { readonly card: CardFacts; readonly refusals: Draft['refusals'] },
  { row, use, children }: Pick<Subject, 'row' | 'use' | 'children'>,
  surroundings: Surroundings,
  now: number,
): readonly PreflightLine[] {
  return [
    lineOfUse(use),
    writableLine(row.path, surroundings),
    checkLine(row, card.check, now),
    ...refusalLines(refusals),
    spaceLine(surroundings.space),
    snapshotsLine(card.snapshots),
    childrenLine(children, card.overlays),
    machinesLine(row.usedBy, card.tellsMachines),
    undoLine(card.undo),
    timeLine(card.seconds),
  ].filter((line) => line !== undefined)
}
