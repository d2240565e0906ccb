import { describe, expect, test } from 'vitest'
import { NodeFile } from '../../../../../core/io/node-file.ts'
import { surveyImage } from '../../../../../core/qcow2/compact/survey-image.ts'
import { use, type Survey } from '../../../../../core/qcow2/compact/survey.ts'
import { refcountAccess } from '../../../../../core/qcow2/format/refcount-block.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import type { BlockFile } from '../../../../../core/storage/block-file.ts'
import { matrixImages } from '../../../../helpers/image-matrix.ts'
import { someOf } from '../../../../helpers/some-of.ts'
import { tempFolder } from '../../../../helpers/temp-folder.ts'

describe('A survey of an image', () => {
  test.each(someOf(matrixImages, { oneIn: 8, from: 3 }))(
    'finds a use for all that is counted: $name',
    async ({ build }) => {
      await using folder = await tempFolder('survey')
      await using file = NodeFile.open(await build(folder.path))
      const survey = await surveyImage(file, readHeaderArea(file))
      expect(survey.overcounted).toBe(0)
      for (const [cluster, kind] of survey.kinds.entries()) {
        const isCounted = storedCount(file, survey, cluster) > 0
        expect({ cluster, kind, isUsed: kind !== use.free }).toEqual({
          cluster,
          kind,
          isUsed: isCounted,
        })
        expect(kind).not.toBe(use.leaked)
      }
    },
  )
})

function storedCount(file: BlockFile, { area, refcountBlocks }: Survey, cluster: number): number {
  const { clusterSize, refcountOrder, refcountBlockEntries: perBlock } = area.geometry
  const block = refcountBlocks[Math.floor(cluster / perBlock)] ?? 0
  const bytes = new Uint8Array(clusterSize)
  file.readNow(bytes, block * clusterSize, 'refcount-block')
  return refcountAccess(refcountOrder).get(bytes, cluster % perBlock)
}
