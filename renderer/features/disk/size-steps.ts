/** Sizes that a slider stops at, and how far one press of a key goes. */

const mebibyte = 1024 ** 2

/** A power of two, so that what the slider gives are round sizes; about 200 steps over the whole picture. */
export function stepFor(top: number): number {
  return Math.max(mebibyte, 2 ** Math.round(Math.log2(top / 200)))
}

/** The nearest of the points when it is within reach, else the nearest whole step. */
export function snapSize(
  bytes: number,
  { points, reach, step }: { points: readonly number[]; reach: number; step: number },
): number {
  const nearest = points.toSorted(
    (one, other) => Math.abs(one - bytes) - Math.abs(other - bytes),
  )[0]
  if (nearest !== undefined && Math.abs(nearest - bytes) <= reach) return nearest
  return Math.max(step, Math.round(bytes / step) * step)
}

/**
 * Where a key press leads from here: to the next whole step in that direction, or to a point on the way, which is
 * never jumped over.
 */
export function steppedSize(
  from: number,
  { steps, step, points }: { steps: number; step: number; points: readonly number[] },
): number {
  const forth = steps > 0
  const far = Math.abs(steps)
  const target = forth
    ? (Math.floor(from / step) + far) * step
    : (Math.ceil(from / step) - far) * step
  const between = points.filter((point) =>
    forth ? point > from && point < target : point < from && point > target,
  )
  const stop = forth ? Math.min(...between, target) : Math.max(...between, target)
  return Math.max(step, stop)
}

/** Right end of a picture that shows the present size with as much room again, and the wanted size always. */
export function pictureTop(current: number, wanted: number): number {
  let top = current * 2
  while (top < wanted) top *= 2
  return top
}
