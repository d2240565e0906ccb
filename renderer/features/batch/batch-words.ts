/** Facts about single images of a batch, as sentences. */
import type { BatchNote, SkipReason, Standing } from '../../../ipc/schemas/batch.ts'
import { counted } from '../../format/counts.ts'
import { unreachable } from '../../unreachable.ts'
import { batchTexts } from './batch-texts.ts'

export function skipWords(reason: SkipReason): string {
  const words = batchTexts().plan.skip
  switch (reason.kind) {
    case 'gone':
      return words.gone
    case 'missing':
      return words.missing
    case 'one-by-one':
      return words.oneByOne
    case 'read-only':
      return words.readOnly
    case 'unreadable':
      return words.unreadable
    case 'raw':
      return words.raw[reason.lacks]
    case 'format':
      return words.format(reason.label)
    case 'needs-full-repair':
      return words.needsFullRepair
    case 'nothing-to-repair':
      return words.nothingToRepair
    case 'no-backing-file':
      return words.noBackingFile
    case 'in-use':
      return reason.holder === undefined ? words.inUse : words.inUseBy(reason.holder)
    case 'there-already':
      return words.thereAlready
    case 'name-taken':
      return words.nameTaken
    case 'overlays-stay':
      return words.overlaysStay(counted(reason.count, 'overlay'))
    case 'vm':
      return words.vm(reason.vm)
    case 'data-file-of':
      return words.dataFileOf(reason.name)
    case 'keeps-data-beside':
      return words.keepsDataBeside
    case 'no-undo':
      return words.noUndo[reason.because]
    default:
      return unreachable(reason)
  }
}

export function noteWords(note: BatchNote): string {
  const words = batchTexts().plan.notes
  switch (note.kind) {
    case 'in-use':
      return note.holder === undefined ? words.inUse : words.inUseBy(note.holder)
    case 'overlays':
      return words.overlays(counted(note.count, 'overlay'))
    case 'damaged':
      return words.damaged
    case 'overlays-told':
      return words.overlaysTold(counted(note.count, 'overlay'))
    case 'changed-since':
      return words.changedSince
    case 'overlays-first':
      return words.overlaysFirst(counted(note.count, 'overlay'))
    case 'vm':
      return words.vm(note.vm)
    default:
      return unreachable(note)
  }
}

export function standingWords({ state, corruptions }: Standing): string {
  const words = batchTexts().comparison
  const word = words.standings[state]
  return corruptions === 0 ? word : words.standing(word, counted(corruptions, 'corruption'))
}
