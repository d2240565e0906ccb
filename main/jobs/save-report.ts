import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { WrittenReport } from '../../core/index.ts'
import { saveError } from '../images/save-error.ts'

/**
 * Writes a report where a person chose to have it; answers where it lies. A name without the report's extension gets
 * it, so that no disk image is ever written over; nobody was asked about that name, so there it replaces no file.
 * Throws `file-exists`, `folder-not-writable` and `file-not-written`.
 */
export async function saveReport(
  chosen: string,
  { fileName, text }: Pick<WrittenReport, 'fileName' | 'text'>,
): Promise<string> {
  const extension = path.extname(fileName)
  const wasAsked = path.extname(chosen).toLowerCase() === extension
  const target = wasAsked ? chosen : `${chosen}${extension}`
  try {
    await writeFile(target, text, { flag: wasAsked ? 'w' : 'wx' })
  } catch (error) {
    throw saveError(error, target)
  }
  return target
}
