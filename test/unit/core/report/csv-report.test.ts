import { describe, expect, it } from 'vitest'
import { writeReport } from '../../../../core/index.ts'
import { sampleReport } from './sample-report.ts'

/** RFC 4180, read strictly: quoted fields may hold anything, bare ones no quote, comma or line end. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let rest = text
  while (rest !== '') {
    const match = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest)
    if (match === null) throw new Error(`not RFC 4180: ${rest.slice(0, 40)}`)
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    if (match[3] === '\r\n') {
      rows.push(row)
      row = []
    }
    rest = rest.slice(match[0].length)
  }
  return rows
}

describe('the CSV report', () => {
  const { text, fileName, mimeType } = writeReport(sampleReport(), 'csv')
  const [heading = [], ...rows] = parseCsv(text)
  const cell = (row: number, column: string): string | undefined =>
    rows[row]?.[heading.indexOf(column)]

  it('has one line per image, each as long as its heading', () => {
    expect(rows).toHaveLength(6)
    for (const row of rows) expect(row).toHaveLength(heading.length)
  })

  it('keeps names with commas and quotes whole', () => {
    expect(cell(2, 'path')).toBe('/srv/vm/db "primary", <old>.qcow2')
  })

  it('lets no file name become a formula', () => {
    expect(cell(4, 'path')).toBe('\'=HYPERLINK("x").raw')
  })

  it('gives numbers as plain digits and errors with their code', () => {
    expect(cell(1, 'leaked_bytes')).toBe('2424832')
    expect(cell(3, 'error_code')).toBe('PLT-1104')
    expect(cell(3, 'outcome')).toBe('unreadable')
    expect(cell(5, 'outcome')).toBe('cancelled')
  })

  it('is named by when the batch began', () => {
    expect(fileName).toBe('platter-check-2026-03-01-1405.csv')
    expect(mimeType).toBe('text/csv; charset=utf-8')
  })
})
