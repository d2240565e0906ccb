/** The lines of the card about what comes of it: taking it back, how long it takes, and why not. */
import type { ImageErrorData } from '../../../core/index.ts'
import type { PreflightLine } from '../../../ipc/schemas/preflight.ts'
import type { CardFacts } from '../draft.ts'

export function undoLine(undo: CardFacts['undo']): PreflightLine | undefined {
  if (undo === undefined) return undefined
  return { id: 'undo', tone: undo.undo === 'no' ? 'note' : 'good', ...undo }
}

export function timeLine(seconds: number | undefined): PreflightLine | undefined {
  return seconds === undefined ? undefined : { id: 'time', tone: 'good', seconds }
}

/** One line for each reason, but for the one that the line about use says already. */
export function refusalLines(refusals: readonly ImageErrorData[]): PreflightLine[] {
  return refusals
    .filter(({ reason }) => reason !== 'file-in-use')
    .map((error) => ({ id: 'refusal', tone: 'stop', error }))
}
