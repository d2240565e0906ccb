import type { SnapshotEntry } from './snapshot-choice.ts'
import { snapshotsTexts } from './snapshots-texts.ts'

export const snapshotName = ({ name }: Pick<SnapshotEntry, 'name'>): string =>
  name === '' ? snapshotsTexts().tab.noName : name
