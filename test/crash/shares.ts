import { takesAll } from '../helpers/some-of.ts'

/** How many different crash states each suite judges: at least so many, and 100,000 of them together. */
export const shares = {
  writing: 30_000,
  growing: 10_000,
  compressed: 6_000,
  overlays: 10_000,
  snapshots: 16_000,
  keeping: 2_000,
  relinking: 1_500,
  resizing: 11_000,
  partitioned: 4_000,
  creating: 4_000,
  repairing: 6_000,
  amending: 5_000,
  goingOn: 6_000,
  compacting: 4_500,
  online: 5_000,
} as const

export type ShareName = keyof typeof shares

/** Of its share, what a suite judges in this run: `npm test` a part, `npm run test:all` the whole. */
export const partOfShare = takesAll ? 1 : 0.05
