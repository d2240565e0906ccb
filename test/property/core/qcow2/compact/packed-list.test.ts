import { expect, test } from 'vitest'
import { PackedListBuilder } from '../../../../../core/qcow2/compact/packed-list.ts'
import { seededRandom } from '../../../../helpers/random.ts'

test.each([0, 1, 1000, 100_000])(
  '%i packed clusters are sorted by place, the longest first',
  async (count) => {
    const random = seededRandom(count)
    const entries = Array.from({ length: count }, () => ({
      offset: random.below(50_000) * 100,
      sectors: 1 + random.below(9),
      weight: 1 + random.below(3),
    }))
    const builder = new PackedListBuilder()
    for (const { offset, sectors, weight } of entries) builder.add(offset, sectors, weight)
    const { length, offsets, sectors, weights } = await builder.build(() => undefined)
    const found = Array.from({ length }, (_, at) => ({
      offset: offsets[at],
      sectors: sectors[at],
      weight: weights[at],
    }))
    expect(found).toEqual(
      entries.toSorted(
        (one, other) =>
          one.offset - other.offset || other.sectors - one.sectors || one.weight - other.weight,
      ),
    )
  },
)
