/** One image that is compacted in place, with everything about it that must hold afterwards. */
import { copyFile } from 'node:fs/promises'
import { expect } from 'vitest'
import type { BitSet } from '../../../../../core/base/bit-set.ts'
import { nodeHost } from '../../../../../core/io/node-host.ts'
import { NodeFile } from '../../../../../core/io/node-file.ts'
import { NodeWritableFile } from '../../../../../core/io/node-writable-file.ts'
import { openImage } from '../../../../../core/image/open-image.ts'
import { digestStates, type StateDigest } from '../../../../../core/operations/content-proof.ts'
import { Qcow2Image } from '../../../../../core/qcow2/qcow2-image.ts'
import {
  compactInPlace,
  type InPlaceOptions,
  type InPlaceOutcome,
} from '../../../../../core/qcow2/compact/compact-in-place.ts'
import { planInPlace, type InPlacePlan } from '../../../../../core/qcow2/compact/in-place-plan.ts'
import { surveyImage } from '../../../../../core/qcow2/compact/survey-image.ts'
import { findZeroClusters } from '../../../../../core/qcow2/compact/zero-scan.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { readSnapshots } from '../../../../../core/qcow2/snapshots.ts'
import { bitmapContents } from '../../../../crash/bitmap-contents.ts'
import { TraceFile } from '../../../../storage/trace-file.ts'
import { qemuCheck, qemuImg } from '../../../../helpers/qemu.ts'

export interface Compacted {
  readonly plan: InPlacePlan
  readonly outcome: InPlaceOutcome
}

/** Clusters of an image that hold nothing but zeroes. */
export async function zeroesOf(path: string): Promise<BitSet> {
  await using file = NodeFile.open(path)
  const survey = await surveyImage(file, readHeaderArea(file))
  const { clusters } = await findZeroClusters(file, survey)
  return clusters
}

/**
 * Compacts the image, then again. Expects what the plan said: the same content by our hash and by QEMU, a
 * clean check, the length to the byte, and nothing left for the second time.
 */
export async function compactAndExpect(
  path: string,
  options: InPlaceOptions = {},
): Promise<Compacted> {
  const original = `${path}.original`
  await copyFile(path, original)
  const before = await statesOf(path)
  const bitmaps = await bitmapsOf(path)
  const plan = await planOf(path, options)
  const outcome = await compact(path, options)
  expect(outcome.outcome).toBe(plan.gains ? 'compacted' : 'nothing-to-do')
  await expectSound(path, plan.fileLength)
  expect(await statesOf(path)).toEqual(before)
  expect(await bitmapsOf(path)).toBe(bitmaps)
  await expectSameForQemu(original, path)

  const trace: string[] = []
  const zero = options.zero === undefined ? undefined : await zeroesOf(path)
  const again = await compact(path, { ...options, zero }, trace)
  expect({ outcome: again.outcome, trace }).toEqual({ outcome: 'nothing-to-do', trace: [] })
  return { plan, outcome }
}

export async function planOf(
  path: string,
  { zero, onlyZeroes = false }: InPlaceOptions = {},
): Promise<InPlacePlan> {
  await using file = NodeFile.open(path)
  const survey = await surveyImage(file, readHeaderArea(file), { zero })
  return planInPlace(survey, { onlyZeroes })
}

export async function compact(
  path: string,
  options: InPlaceOptions = {},
  trace: string[] = [],
): Promise<InPlaceOutcome> {
  await using file = NodeWritableFile.open(path)
  return await compactInPlace(new TraceFile(file, trace), readHeaderArea(file), options)
}

async function expectSound(path: string, length: number): Promise<void> {
  const { exitCode, result, stdout } = await qemuCheck(path)
  expect({ exitCode, leaks: result?.leaks, stdout }).toEqual({
    exitCode: 0,
    leaks: undefined,
    stdout,
  })
  await using file = NodeFile.open(path)
  expect(file.size()).toBe(length)
}

/** SHA-256 of the active state and of every snapshot. */
async function statesOf(path: string): Promise<readonly StateDigest[]> {
  await using opened = await openImage(nodeHost, path, { format: 'qcow2' })
  const { image } = opened
  if (!(image instanceof Qcow2Image)) throw new Error(`${path} is no qcow2 image`)
  const { file, area, dataFile, backing } = image
  const parts = { file, area, dataFile, backing, codecs: nodeHost.codecs }
  return await digestStates(nodeHost, parts, { phase: 'proof' })
}

async function bitmapsOf(path: string): Promise<string> {
  await using file = NodeFile.open(path)
  return bitmapContents(file)
}

function snapshotsOf(path: string) {
  const file = NodeFile.open(path)
  const snapshots = readSnapshots(file, readHeaderArea(file).header)
  void file.close()
  return snapshots
}

async function expectSameForQemu(original: string, path: string): Promise<void> {
  await qemuImg('compare', '-f', 'qcow2', '-F', 'qcow2', original, path)
  for (const { id } of snapshotsOf(path)) {
    const [one, other] = [`${original}.raw`, `${path}.raw`]
    const chosen = ['-l', `snapshot.id=${id}`, '-O', 'raw']
    await qemuImg('convert', ...chosen, original, one)
    await qemuImg('convert', ...chosen, path, other)
    await qemuImg('compare', '-f', 'raw', '-F', 'raw', one, other)
  }
}
