import { describe, expect, it } from 'vitest'
import { crashMatrix, type Sample } from './crash-matrix.ts'
import { qemuObjection } from './qemu-opinion.ts'
import type { ScenarioMaker } from './scenario-maker.ts'
import { partOfShare, shares, type ShareName } from './shares.ts'

/** More stories than any share needs: one that gives no new states would go on for ever. */
const MAX_ROUNDS = 2000
const PER_CUT = 24
/** Disks shown to QEMU, per kind of story. */
const SAMPLES = 8

/** Tells the stories, each from seed 1 on, until the suite has judged its share of crash states. */
export function crashSuite(name: ShareName, makers: readonly ScenarioMaker[]): void {
  const weights = makers.reduce((sum, { weight = 1 }) => sum + weight, 0)
  describe.each(makers)('$name', (maker) => {
    const wanted = Math.ceil((shares[name] * partOfShare * (maker.weight ?? 1)) / weights)
    const samples: Sample[] = []

    it(`leaves a whole image in at least ${wanted} different crash states`, async () => {
      let distinct = 0
      const isEnough = (): boolean => distinct >= wanted && samples.length > 0
      for (let seed = 1; !isEnough() && seed <= MAX_ROUNDS; seed++) {
        const result = await crashMatrix(await maker.make(seed), {
          seed,
          perCut: PER_CUT,
          samples: seed <= SAMPLES ? Math.ceil(SAMPLES / 4) : 0,
          onSample: (sample) => samples.push(sample),
        })
        distinct += result.distinct
      }
      expect(distinct).toBeGreaterThanOrEqual(wanted)
    }, 120_000)

    it('and QEMU finds leaks at most and the same content in a sample of them', async () => {
      const shown = samples.filter((_, index) => index % Math.ceil(samples.length / SAMPLES) === 0)
      expect(shown.length).toBeGreaterThan(0)
      const objections: string[] = []
      for (const sample of shown) {
        const objection = await qemuObjection(sample)
        if (objection !== undefined) objections.push(objection)
      }
      expect(objections).toEqual([])
    }, 120_000)
  })
}
