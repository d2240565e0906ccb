import { checkQcow2 } from '../qcow2/check/check-qcow2.ts'
import { FindingLog } from '../qcow2/check/finding-log.ts'
import { checkSubjectOf } from '../qcow2/check/subject-of.ts'
import type { EditableTables } from '../qcow2/tables/editable-tables.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { OverlaidFile } from './overlaid-file.ts'

/**
 * Walks through an image as the next commit would leave it, and throws when the walk finds anything: a
 * count that is not the number of references, a cluster that is used twice, free and used, or lost, an
 * entry whose COPIED flag lies. Caches are part of that picture, so one that went stale shows too.
 * Nobody may change tables meanwhile.
 */
export async function assertConsistent(
  tables: EditableTables,
  dataFile: BlockFile | undefined,
): Promise<void> {
  const log = new FindingLog(8)
  const file = new OverlaidFile(tables.file, tables.contents())
  const subject = checkSubjectOf(file, tables.area, dataFile?.size())
  const { complete } = await checkQcow2(subject, log)
  const corruptions = log.total('corruption') + log.total('check-error')
  const leaks = log.total('leak')
  if (complete && corruptions === 0 && leaks === 0) return
  const worst = log.kept().findings.find(({ kind }) => kind !== 'warning')
  const found = worst?.text ?? 'the walk stopped'
  const counts = `${corruptions} corruptions, ${leaks} leaks`
  throw new TypeError(`invariant broken: the tables of ${tables.file.name}: ${found} (${counts})`)
}
