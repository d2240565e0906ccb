/**
 * The Hilbert curve through a square of 2^order by 2^order cells: neighbours on the disk stay
 * neighbours in the picture, which a line-by-line picture does not give.
 */
export interface Cell {
  readonly x: number
  readonly y: number
}

/** The cell at a distance along the curve, from 0 to 4^order - 1. */
export function cellAt(order: number, distance: number): Cell {
  let x = 0
  let y = 0
  let rest = distance
  for (let side = 1; side < 2 ** order; side *= 2) {
    const right = Math.floor(rest / 2) % 2
    const up = (rest + right) % 2
    ;({ x, y } = rotated({ x, y }, side, right, up))
    x += side * right
    y += side * up
    rest = Math.floor(rest / 4)
  }
  return { x, y }
}

/** How far along the curve a cell lies; the inverse of `cellAt`. */
export function distanceAt(order: number, cell: Cell): number {
  let { x, y } = cell
  let distance = 0
  for (let side = 2 ** (order - 1); side >= 1; side /= 2) {
    const right = Math.floor(x / side) % 2
    const up = Math.floor(y / side) % 2
    distance += side * side * (right === 1 ? 3 - up : up)
    ;({ x, y } = rotated({ x: x % side, y: y % side }, side, right, up))
  }
  return distance
}

/** Turns and mirrors a quadrant so that its curve begins and ends where the outer one needs it. */
function rotated({ x, y }: Cell, side: number, right: number, up: number): Cell {
  if (up === 1) return { x, y }
  return right === 1 ? { x: side - 1 - y, y: side - 1 - x } : { x: y, y: x }
}
