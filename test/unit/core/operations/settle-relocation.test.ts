/** Relocations that were cut off, on real files: what is left of them is brought to an end. */
import { existsSync } from 'node:fs'
import { link, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { nodeHost } from '../../../../core/io/node-host.ts'
import type { WhilePlaced } from '../../../../core/operations/relocate.ts'
import {
  settleRelocation,
  type SettledRelocation,
} from '../../../../core/operations/settle-relocation.ts'
import { tempFolder, type TempFolder } from '../../../helpers/temp-folder.ts'

interface Cut {
  readonly folder: TempFolder
  readonly from: string
  readonly to: string
  readonly told: string[]
  settle(whilePlaced?: Partial<WhilePlaced>): Promise<SettledRelocation>
}

async function cutOff(folder: TempFolder): Promise<Cut> {
  const [from, to] = [folder.file('a.img'), folder.file('b.img')]
  await writeFile(from, Buffer.alloc(4096, 7))
  const { dev, ino } = await stat(from)
  const told: string[] = []
  const settle: Cut['settle'] = (whilePlaced) =>
    settleRelocation(nodeHost, from, to, {
      identity: `${dev}:${ino}`,
      length: 4096,
      whilePlaced: {
        apply: async () => void told.push('apply'),
        revert: async () => void told.push('revert'),
        ...whilePlaced,
      },
    })
  return { folder, from, to, told, settle }
}

const there = ({ from, to }: Cut) => ({ from: existsSync(from), to: existsSync(to) })

it('what was not begun is taken back, and the hidden copy goes', async () => {
  await using folder = await tempFolder()
  const cut = await cutOff(folder)
  await writeFile(folder.file('.b.img.platter-0123456789ab'), 'half')
  expect(await cut.settle()).toEqual({ kind: 'taken-back' })
  expect(cut.told).toEqual(['revert'])
  expect(await readdir(folder.path)).toEqual(['a.img'])
})

it('a file with both names keeps the new one', async () => {
  await using folder = await tempFolder()
  const cut = await cutOff(folder)
  await link(cut.from, cut.to)
  expect(await cut.settle()).toMatchObject({ kind: 'finished' })
  expect(cut.told).toEqual(['apply'])
  expect(there(cut)).toEqual({ from: false, to: true })
  expect(await cut.settle()).toMatchObject({ kind: 'finished' })
})

it('where somebody cannot be told, the file keeps the old name, unless that cannot be told either', async () => {
  await using folder = await tempFolder()
  const cut = await cutOff(folder)
  await link(cut.from, cut.to)
  const fails = (): Promise<void> => Promise.reject(new Error('in use'))
  await expect(cut.settle({ apply: fails, revert: fails })).rejects.toThrow('in use')
  expect(there(cut)).toEqual({ from: true, to: true })
  expect(await cut.settle({ apply: fails })).toEqual({ kind: 'taken-back' })
  expect(there(cut)).toEqual({ from: true, to: false })
})

it('a copy is believed when it is equal, and of two files that differ none goes', async () => {
  await using folder = await tempFolder()
  const cut = await cutOff(folder)
  await writeFile(cut.to, Buffer.alloc(4096, 8))
  expect(await cut.settle()).toEqual({ kind: 'two-files' })
  expect(there(cut)).toEqual({ from: true, to: true })
  await writeFile(cut.to, Buffer.alloc(4096, 7))
  expect(await cut.settle()).toMatchObject({ kind: 'finished' })
  expect(there(cut)).toEqual({ from: false, to: true })
})

it('a file that neither name leads to is not guessed at', async () => {
  await using folder = await tempFolder()
  const cut = await cutOff(folder)
  // Before the other one goes, whose number it might get.
  await writeFile(folder.file('other'), 'something else')
  await rm(cut.from)
  expect(await cut.settle()).toEqual({ kind: 'nowhere' })
  await rename(folder.file('other'), cut.to)
  expect(await cut.settle()).toEqual({ kind: 'nowhere' })
  expect(cut.told).toEqual([])
})
