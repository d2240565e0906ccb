import { rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  ImageError,
  reportFormats,
  writeReport,
  type BatchReport,
  type ReportFormat,
} from '../../core/index.ts'
import { UsageError } from '../usage-error.ts'

/** The format a report file's name asks for. Throws UsageError for any other ending. */
export function reportFormatOf(file: string): ReportFormat {
  const ending = path.extname(file).slice(1).toLowerCase()
  const format = reportFormats.find((known) => known === ending)
  if (format !== undefined) return format
  throw new UsageError(`--report ${file}: the name must end in .csv, .json or .html.`)
}

/** Writes beside and renames: a report is there whole or not at all. */
export async function saveReport(
  file: string,
  format: ReportFormat,
  report: BatchReport,
): Promise<void> {
  const beside = `${file}.${process.pid}.part`
  try {
    await writeFile(beside, writeReport(report, format).text, { flag: 'wx' })
    await rename(beside, file)
  } catch (cause) {
    await rm(beside, { force: true })
    const errno = (cause as NodeJS.ErrnoException).code ?? 'EIO'
    throw new ImageError('file-not-written', { path: file, errno }, { cause })
  }
}
