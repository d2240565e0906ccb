/** A part of the disk that is drawn as one thing. */
export interface DiskStretch {
  readonly start: number
  readonly end: number
  /** The least share of the picture that it takes, so that it can be seen. */
  readonly least: number
}

export interface DiskScale {
  /** Where a position of the disk is drawn: 0 at the left end, 1 at the right one. */
  readonly shareOf: (bytes: number) => number
  /** The position of the disk that is drawn there. */
  readonly bytesAt: (share: number) => number
  /** Something is drawn wider than it is. */
  readonly isStretched: boolean
}

interface Piece extends DiskStretch {
  readonly from: number
  readonly to: number
}

/**
 * A picture of the disk from byte 0 to `top`, to scale but for what would be too small to be seen: that gets its
 * least share, and the others give it in proportion to their size. The stretches may leave gaps; what overlaps one
 * before it is cut there.
 */
export function diskScale(stretches: readonly DiskStretch[], top: number): DiskScale {
  const pieces = place(fillGaps(stretches, top), top)
  return {
    isStretched: pieces.some(({ least, start, end }) => least > (end - start) / top),
    shareOf: (bytes) => {
      const piece = pieces.find(({ end }) => bytes <= end) ?? pieces.at(-1)
      if (piece === undefined) return 0
      const { start, end, from, to } = piece
      const inside = end === start ? 0 : (clamp(bytes, start, end) - start) / (end - start)
      return from + inside * (to - from)
    },
    bytesAt: (share) => {
      const piece = pieces.find(({ to }) => share <= to) ?? pieces.at(-1)
      if (piece === undefined) return 0
      const { start, end, from, to } = piece
      const inside = to === from ? 0 : (clamp(share, from, to) - from) / (to - from)
      return Math.round(start + inside * (end - start))
    },
  }
}

function fillGaps(stretches: readonly DiskStretch[], top: number): DiskStretch[] {
  const whole: DiskStretch[] = []
  let reached = 0
  for (const stretch of stretches.toSorted((one, other) => one.start - other.start)) {
    const start = clamp(Math.max(stretch.start, reached), 0, top)
    const end = clamp(stretch.end, start, top)
    if (end === start) continue
    if (start > reached) whole.push({ start: reached, end: start, least: 0 })
    whole.push({ start, end, least: stretch.least })
    reached = end
  }
  if (reached < top) whole.push({ start: reached, end: top, least: 0 })
  return whole
}

/** Gives the small ones their least share until the rest, made smaller for it, needs no more help. */
function place(stretches: readonly DiskStretch[], top: number): Piece[] {
  const natural = stretches.map(({ start, end }) => (end - start) / top)
  const raised = new Set<number>()
  let factor = 1
  for (;;) {
    const given = sum(stretches.map(({ least }, index) => (raised.has(index) ? least : 0)))
    const rest = sum(natural.map((share, index) => (raised.has(index) ? 0 : share)))
    factor = rest > 0 ? Math.max(0, 1 - given) / rest : 0
    const more = stretches.flatMap(({ least }, index) =>
      !raised.has(index) && (natural[index] ?? 0) * factor < least ? [index] : [],
    )
    if (more.length === 0) break
    for (const index of more) raised.add(index)
  }
  const wanted = stretches.map(({ least }, index) =>
    raised.has(index) ? least : (natural[index] ?? 0) * factor,
  )
  // A disk of very many tiny partitions asks for more than there is: all of them give way.
  const whole = sum(wanted)
  let from = 0
  return stretches.map((stretch, index) => {
    const to = from + (wanted[index] ?? 0) / (whole > 0 ? whole : 1)
    const piece = { ...stretch, from, to }
    from = to
    return piece
  })
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const clamp = (value: number, least: number, most: number): number =>
  Math.min(Math.max(value, least), most)
