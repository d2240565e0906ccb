/** Changes that have no plan of their own are made to the image that was looked at, and to no other state of it. */
import { expect, it } from 'vitest'
import { createEngine } from '../../../../core/index.ts'
import { createQcow2, qemuIo } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

it('a snapshot is neither taken nor renamed in an image that changed since', async () => {
  await using folder = await tempFolder()
  const file = folder.file('disk.qcow2')
  await createQcow2(file, '4M')
  const engine = createEngine()
  const first = await engine.readStamp(file)
  await engine.createSnapshot(file, { name: 'one', stamp: first })
  const old = { stamp: first }
  await expect(engine.createSnapshot(file, { name: 'two', ...old })).rejects.toMatchObject({
    reason: 'plan-outdated',
  })
  const second = { stamp: await engine.readStamp(file) }
  await qemuIo(file, 'write -q -P 7 0 1M')
  const renaming = { snapshot: { name: 'one' }, name: 'three' }
  await expect(engine.renameSnapshot(file, { ...renaming, ...second })).rejects.toMatchObject({
    reason: 'plan-outdated',
  })
  await engine.renameSnapshot(file, { ...renaming, stamp: await engine.readStamp(file) })
  expect((await engine.listSnapshots(file)).map(({ name }) => name)).toEqual(['three'])
})
