import type { SectorContent } from './pattern-sector.ts'

/** Bytes of a sector: what patterns are made of. */
export const PATTERN_SECTOR = 512

/** A stretch of a disk that is treated alike. Offsets and lengths are whole sectors. */
export interface PatternStretch {
  readonly at: number
  readonly length: number
  /** What is written there; undefined: nothing ever is. */
  readonly written: SectorContent | undefined
  /** It is taken back once everything was written. */
  readonly isDiscarded: boolean
  /** Stretches of turn 0 are written before those of turn 1, so that neighbours lie apart in the file. */
  readonly turn: 0 | 1
}

/** The stretches of a disk in guest order, without gaps; the same ones each time they are asked for. */
export type PatternLayout = () => Iterable<PatternStretch>

/** What a guest reads there in the end; undefined: zeroes. */
export const contentOf = ({ written, isDiscarded }: PatternStretch): SectorContent | undefined =>
  isDiscarded || written === 'zeroes' ? undefined : written
