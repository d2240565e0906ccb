/** Several windows on the same services: the library's and those of images. */
import { expect, test } from 'vitest'
import type { Settings, ShellEvent } from '../../ipc/schemas/app.ts'
import { qemuImg } from '../helpers/qemu.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { openServices } from './open-services.ts'
import { testShell } from './test-shell.ts'

test('every window hears of changed settings', async () => {
  await using folder = await tempFolder('windows')
  await using services = await openServices(folder)
  const stop = new AbortController()
  const heard = Promise.withResolvers<Settings>()
  const watching = services.otherClient['settings.watch']({}, heard.resolve, {
    signal: stop.signal,
  })
  // The answer to a later call says that the stream before it has begun.
  await services.otherClient['settings.get']({})
  await services.client['settings.set']({ theme: 'dark', density: 'compact' })
  expect(await heard.promise).toMatchObject({ theme: 'dark', density: 'compact' })
  stop.abort()
  await watching.catch(() => undefined)
})

test('each window keeps how it was left, over a restart', async () => {
  await using folder = await tempFolder('windows')
  {
    await using services = await openServices(folder)
    expect(await services.client['window.view']({})).toEqual({})
    await services.client['window.keepView']({ view: '{"page":1}' })
    await services.client['window.keepView']({ imageId: 7, view: '{"tab":2}' })
  }
  await using services = await openServices(folder)
  expect(await services.client['window.view']({})).toEqual({ view: '{"page":1}' })
  expect(await services.client['window.view']({ imageId: 7 })).toEqual({ view: '{"tab":2}' })
  expect(await services.client['window.view']({ imageId: 8 })).toEqual({})
  const tooLong = services.client['window.keepView']({ view: 'x'.repeat(70_000) })
  await expect(tooLong).rejects.toMatchObject({ data: { reason: 'invalid-argument' } })
})

test('an image of the library is opened in its own window, by its file', async () => {
  await using folder = await tempFolder('windows')
  const opened: unknown[] = []
  const shell = {
    ...testShell(),
    openWindow: (image: unknown) => {
      opened.push(image)
      return Promise.resolve()
    },
  }
  await using services = await openServices(folder, shell)
  const file = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', file, '1M')
  const [imageId = 0] = await services.add(file)
  await services.client['shell.openWindow']({ imageId })
  expect(opened).toEqual([{ id: imageId, file }])
  const unknown = services.client['shell.openWindow']({ imageId: imageId + 1 })
  await expect(unknown).rejects.toMatchObject({ data: { reason: 'unknown-id' } })
})

test('a shell without windows says so', async () => {
  await using folder = await tempFolder('windows')
  await using services = await openServices(folder)
  const refused = services.client['shell.openWindow']({ imageId: 1 })
  await expect(refused).rejects.toMatchObject({ data: { reason: 'not-in-this-shell' } })
})

test('what the shell asks of an image’s window reaches that one alone', async () => {
  await using folder = await tempFolder('windows')
  const shell = testShell()
  await using services = await openServices(folder, shell)
  const stop = new AbortController()
  const library: ShellEvent[] = []
  const image = Promise.withResolvers<ShellEvent>()
  const streams = [
    services.client['app.events']({}, (event) => void library.push(event), { signal: stop.signal }),
    services.otherClient['app.events']({ imageId: 7 }, image.resolve, { signal: stop.signal }),
  ]
  await Promise.all([services.client['app.info']({}), services.otherClient['app.info']({})])
  shell.events.send({ type: 'command', id: 'image.check' }, 7)
  expect(await image.promise).toEqual({ type: 'command', id: 'image.check' })
  expect(library).toEqual([])
  stop.abort()
  await Promise.allSettled(streams)
})
