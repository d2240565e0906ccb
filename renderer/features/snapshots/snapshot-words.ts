import { texts } from '../../texts/texts.ts'
import type { SnapshotEntry } from './snapshot-choice.ts'

export const snapshotName = ({ name }: Pick<SnapshotEntry, 'name'>): string =>
  name === '' ? texts().snapshots.tab.noName : name
