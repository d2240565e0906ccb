import { describe, expect, it } from 'vitest'
import { formatTable } from '../../../cli/terminal/table.ts'
import { columnsOf } from '../../../cli/terminal/text-width.ts'

const columns = [
  { title: 'IMAGE', shrinks: true },
  { title: 'SIZE', align: 'right' },
] as const
const paint = (text: string): string => text

describe('a table', () => {
  it('aligns words left and numbers right', () => {
    const rows = [
      ['a.qcow2', '1 GiB'],
      ['longer-name.qcow2', '512 B'],
    ]
    expect(formatTable(columns, rows, { paint })).toBe(
      ['IMAGE               SIZE', 'a.qcow2            1 GiB', 'longer-name.qcow2  512 B'].join(
        '\n',
      ),
    )
  })

  it('keeps both ends of a path that is too long for the terminal', () => {
    const row = ['/srv/very/long/path/to/some/image-01.qcow2', '1 GiB']
    const [, line = ''] = formatTable(columns, [row], { paint, width: 30 }).split('\n')
    expect(columnsOf(line)).toBeLessThanOrEqual(30)
    expect(line).toMatch(/^\/srv\/.*….*01\.qcow2 {2}1 GiB$/)
  })

  it('cuts nothing without a terminal', () => {
    const name = 'x'.repeat(500)
    expect(formatTable(columns, [[name, '1 B']], { paint })).toContain(name)
  })

  it('shows control characters as letters, so that no name can move the cursor', () => {
    const table = formatTable(columns, [['\u001b[2Jevil\u202e', '1 B']], { paint })
    expect(table).toContain('\\x1b[2Jevil\\u202e')
  })

  it('counts wide characters as the two columns they take', () => {
    expect(columnsOf('ディスク')).toBe(8)
    expect(columnsOf('e\u0301')).toBe(1)
  })
})
