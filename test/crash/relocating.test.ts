/** A file that gets another name or place, on a disk that is cut off after every change. */
import { expect, it } from 'vitest'
import { relocate, type RelocateOptions } from '../../core/operations/relocate.ts'
import { CrashLog } from '../storage/crash-log.ts'
import { CrashMachine } from '../storage/crash-machine.ts'
import { crashStates } from '../storage/crash-states.ts'

const from = '/here/disk.img'
const to = '/there/other.img'
const content = Uint8Array.from({ length: 3 * 65536 }, (_, at) => (at >> 9) % 251)

/** What the names hold at every disk that comes out. */
async function disksAfter(options: RelocateOptions, isOtherVolume: boolean): Promise<Set<string>> {
  const log = new CrashLog<string>()
  const machine = new CrashMachine(log, { [from]: content })
  machine.isOtherVolume = (one, other) =>
    isOtherVolume && one.startsWith('/here') !== other.startsWith('/here')
  await relocate(machine, from, to, options)
  expect(machine.held).toEqual([])
  const found = new Set<string>()
  for (const state of crashStates(log, { seed: 3, perCut: 40 })) {
    const files = [...state.files()].map(([name, bytes]) => {
      const isWhole = Buffer.compare(bytes, content) === 0
      const shown = name.replace(/platter-[0-9a-f]+$/, 'platter-')
      return shown === from || shown === to ? `${shown} ${isWhole ? 'whole' : 'torn'}` : shown
    })
    found.add(files.toSorted().join(', '))
  }
  return found
}

const whilePlaced = { apply: async () => undefined, revert: async () => undefined }
const both = `${from} whole, ${to} whole`

it('on one volume the file is whole under one of its names', async () => {
  const found = await disksAfter({}, false)
  expect([...found].toSorted()).toEqual([`${from} whole`, `${to} whole`])
})

it('with something to do in between it is whole under both meanwhile', async () => {
  const found = await disksAfter({ whilePlaced }, false)
  expect([...found].toSorted()).toEqual([`${from} whole`, both, `${to} whole`])
})

it('on another volume the file stays until its copy is whole and there for good', async () => {
  const found = await disksAfter({ whilePlaced }, true)
  const aside = '/there/.other.img.platter-'
  expect([...found].toSorted()).toEqual([
    `${from} whole`,
    `${from} whole, ${aside}`,
    both,
    `${to} whole`,
  ])
})
