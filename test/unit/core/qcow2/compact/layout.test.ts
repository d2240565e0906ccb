import { expect, test } from 'vitest'
import { BitSet } from '../../../../../core/base/bit-set.ts'
import { layoutOf } from '../../../../../core/qcow2/compact/layout.ts'
import { surveyImage } from '../../../../../core/qcow2/compact/survey-image.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import { Qcow2Builder } from '../../../../helpers/qcow2-builder.ts'

test('A table that goes leaves no weight behind for the one that takes its place', async () => {
  const image = new Qcow2Builder({ clusterBits: 9, virtualSize: 200 * 512 }).data(0, 0).data(100)
  const [going, staying] = [image.l2ClusterOf(0), image.l2ClusterOf(100)]
  const file = new MemoryFile(image.bytes)
  const zero = new BitSet(file.size() / 512)
  zero.add(image.hostClusterOf(0))
  const survey = await surveyImage(file, readHeaderArea(file), { zero })
  const { tables } = await layoutOf(survey, () => undefined)
  expect([survey.tables.of(going), tables.of(going), tables.of(staying)]).toEqual([1, 0, 1])
})
