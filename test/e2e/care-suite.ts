/** Looking after images in the window: repair, snapshots, their files, and taking things back. */
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { fileFlows } from './files-suite.ts'
import { launch, type HostKind, type RunningApp } from './hosts.ts'
import { writeCareFolder } from './images.ts'
import { repairFlows } from './repair-suite.ts'
import { snapshotFlows } from './snapshots-suite.ts'
import { undoFlows } from './undo-suite.ts'

/** What the flows work on; asked for while a test runs. */
export interface CareContext {
  readonly app: () => RunningApp
  /** Path of a file in the library's folder. */
  readonly file: (name: string) => string
  /** Another folder that the host may write to, and that is in the library. */
  readonly otherFolder: () => string
  readonly kind: HostKind
}

export function careSuite(kind: HostKind): void {
  let folder: TempFolder
  let running: RunningApp
  beforeAll(async () => {
    folder = await tempFolder('care')
    const paths = await writeCareFolder(folder.path)
    running = await launch(kind, { folder: folder.path, paths })
  }, 90_000)
  afterAll(async () => {
    await running.close()
    await folder[Symbol.asyncDispose]()
  })

  const context: CareContext = {
    kind,
    app: () => running,
    file: (name) => folder.file(path.join('images', name)),
    otherFolder: () => folder.file('other'),
  }
  describe('repair', () => {
    repairFlows(context)
  })
  describe('snapshots', () => {
    snapshotFlows(context)
  })
  describe('files', () => {
    fileFlows(context)
  })
  describe('undo', () => {
    undoFlows(context)
  })

  it('keeps to its content security policy and throws nothing', () => {
    expect(running.complaints).toEqual([])
  })
}
