import { describe, expect, it } from 'vitest'
import { moveInGrid, type GridPlace } from '../../renderer/features/library/grid-keys.ts'
import {
  findTyped,
  isTyping,
  nothingTyped,
  typeCharacter,
} from '../../renderer/features/library/type-ahead.ts'

const size = { rows: 100, cells: 5, page: 20 }
const move = (place: GridPlace, key: string, mod = false): GridPlace | undefined =>
  moveInGrid(place, size, { key, mod })

describe('moving through the table by keyboard', () => {
  it('goes from row to row and stops at the ends', () => {
    expect(move({ row: -1, cell: undefined }, 'ArrowDown')).toEqual({ row: 0, cell: undefined })
    expect(move({ row: 4, cell: undefined }, 'ArrowDown')).toEqual({ row: 5, cell: undefined })
    expect(move({ row: 99, cell: undefined }, 'ArrowDown')).toEqual({ row: 99, cell: undefined })
    expect(move({ row: 0, cell: undefined }, 'ArrowUp')).toEqual({ row: 0, cell: undefined })
  })

  it('goes by screens', () => {
    expect(move({ row: 5, cell: undefined }, 'PageDown')).toEqual({ row: 25, cell: undefined })
    expect(move({ row: 5, cell: undefined }, 'PageUp')).toEqual({ row: 0, cell: undefined })
  })

  it('takes Home and End to the first and last row, in cells to the first and last cell', () => {
    expect(move({ row: 5, cell: undefined }, 'End')).toEqual({ row: 99, cell: undefined })
    expect(move({ row: 5, cell: undefined }, 'Home')).toEqual({ row: 0, cell: undefined })
    expect(move({ row: 5, cell: 2 }, 'End')).toEqual({ row: 5, cell: 4 })
    expect(move({ row: 5, cell: 2 }, 'Home')).toEqual({ row: 5, cell: 0 })
    expect(move({ row: 5, cell: 2 }, 'End', true)).toEqual({ row: 99, cell: 2 })
  })

  it('goes into the cells of a row and back out', () => {
    expect(move({ row: 5, cell: undefined }, 'ArrowRight')).toEqual({ row: 5, cell: 0 })
    expect(move({ row: 5, cell: 4 }, 'ArrowRight')).toEqual({ row: 5, cell: 4 })
    expect(move({ row: 5, cell: 0 }, 'ArrowLeft')).toEqual({ row: 5, cell: undefined })
    expect(move({ row: 5, cell: undefined }, 'ArrowLeft')).toBeUndefined()
  })

  it('does nothing in an empty table', () => {
    expect(
      moveInGrid({ row: -1, cell: undefined }, { ...size, rows: 0 }, { key: 'End', mod: false }),
    ).toBeUndefined()
  })
})

describe('jumping to a name', () => {
  const names = ['alpha', 'beta', 'Base', 'gamma', 'bravo'].map((name) => ({ name }))

  it('finds what begins with the letters, from the next row on and round', () => {
    expect(findTyped(names, 'b', 0)).toBe(1)
    expect(findTyped(names, 'b', 1)).toBe(2)
    expect(findTyped(names, 'b', 4)).toBe(1)
    expect(findTyped(names, 'bb', 2)).toBe(4)
  })

  it('stays on the row while more of its name is typed', () => {
    expect(findTyped(names, 'ba', 2)).toBe(2)
    expect(findTyped(names, 'zz', 2)).toBeUndefined()
  })

  it('begins a new word after a pause', () => {
    const first = typeCharacter(nothingTyped, 'B', 1000)
    expect(typeCharacter(first, 'a', 1200).typed).toBe('ba')
    expect(typeCharacter(first, 'a', 2000).typed).toBe('a')
    expect(isTyping(first, 1200)).toBe(true)
    expect(isTyping(first, 2000)).toBe(false)
  })
})
