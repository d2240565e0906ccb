/** What a worker does with places, where the engine fails in the middle. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { createEngine, ImageError, PauseSwitch } from '../../../core/index.ts'
import { placeHandlers } from '../../../main/files/place-handlers.ts'
import { readFileFacts } from '../../../main/jobs/measured.ts'
import { createQcow2, qemuImg } from '../../helpers/qemu.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

it('a file that is at its place is there, even if its own backing name could not follow', async () => {
  await using folder = await tempFolder()
  const [base, from, to] = [
    folder.file('base.qcow2'),
    folder.file('top.qcow2'),
    folder.file('in', 'top.qcow2'),
  ]
  await mkdir(folder.file('in'))
  await createQcow2(base, '1M')
  await qemuImg('create', '-q', '-f', 'qcow2', '-b', base, '-F', 'qcow2', from)
  const refused = new ImageError('write-failed', { path: to, errno: 'EIO' })
  const { relocate } = placeHandlers({
    ...createEngine(),
    undoChange: () => Promise.reject(refused),
  })
  const { identity } = await readFileFacts(from)
  const backing = { name: base, format: 'qcow2' }
  const change = {
    kind: 'relink' as const,
    before: { ...backing, name: '../base.qcow2' },
    after: backing,
  }
  const own = { when: 'after' as const, retelling: { path: to, change } }
  const context = {
    signal: new AbortController().signal,
    pause: new PauseSwitch(),
    emit: async () => undefined,
  }
  const result = await relocate(
    { path: from, identity, links: 'deny', to, overlays: [], own },
    context,
  )
  expect(result.ownNotTold).toMatchObject({ reason: 'overlay-not-told' })
  expect([existsSync(from), existsSync(to)]).toEqual([false, true])
})
