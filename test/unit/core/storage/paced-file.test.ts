import { expect, it } from 'vitest'
import { PauseSwitch } from '../../../../core/base/pause-switch.ts'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { PacedWritableFile } from '../../../../core/storage/paced-writable-file.ts'

class OrderedFile extends MemoryFile {
  readonly begun: string[] = []
  override read(into: Uint8Array, at: number): Promise<void> {
    this.begun.push(`read ${at}`)
    return super.read(into, at)
  }
  override write(from: Uint8Array, at: number): Promise<void> {
    this.begun.push(`write ${at}`)
    return super.write(from, at)
  }
  override flush(): Promise<void> {
    this.begun.push('flush')
    return super.flush()
  }
  override close(): Promise<void> {
    this.begun.push('close')
    return super.close()
  }
}

function paced(signal?: AbortSignal) {
  const pace = new PauseSwitch(undefined, signal)
  const file = new OrderedFile({ size: 4096 })
  return { pace, file, paced: new PacedWritableFile(file, pace) }
}

const sector = new Uint8Array(512)

it('begins every access in the turn it was asked for while nobody wants a pause', async () => {
  const { file, paced: wrapped } = paced()
  const all = [wrapped.write(sector, 0, 'data'), wrapped.read(sector, 512, 'data'), wrapped.flush()]
  expect(file.begun).toEqual(['write 0', 'read 512', 'flush'])
  await Promise.all(all)
})

it('begins none while it is paused, and then each in its order', async () => {
  const { pace, file, paced: wrapped } = paced()
  pace.pause()
  const all = [wrapped.write(sector, 0, 'data'), wrapped.read(sector, 512, 'data'), wrapped.flush()]
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  expect(file.begun).toEqual([])
  pace.resume()
  await Promise.all(all)
  expect(file.begun).toEqual(['write 0', 'read 512', 'flush'])
})

it('closes at once, and lets a cancel go on to where the work can hear it', async () => {
  const cancel = new AbortController()
  const { pace, file, paced: wrapped } = paced(cancel.signal)
  pace.pause()
  const writing = wrapped.write(sector, 0, 'data')
  cancel.abort()
  await writing
  pace.pause()
  await wrapped.close()
  expect(file.begun).toEqual(['write 0', 'close'])
})
