import path from 'node:path'
import type { ImageUse } from '../../core/index.ts'
import { createFilePlanners } from '../../main/files/file-planners.ts'
import type { Trash } from '../../main/files/file-parts.ts'
import { openDatabase } from '../../main/history/database.ts'
import { databaseFile } from '../../main/data-folders.ts'
import type { Db } from '../../main/history/db.ts'
import type { LibraryChange } from '../../main/images/library-options.ts'
import { Library } from '../../main/images/library.ts'
import type { LinkSetting } from '../../main/images/library-image.ts'
import type { ScanTasks } from '../../main/images/scan-tasks.ts'
import type { EngineTasks } from '../../main/jobs/engine-host.ts'
import type { JobChange } from '../../main/jobs/job-records.ts'
import { JobQueue } from '../../main/jobs/queue.ts'
import { actionWork } from '../../main/plans/action-work.ts'
import { createPlanners } from '../../main/plans/create-planners.ts'
import { CreatePlanner } from '../../main/plans/plan-create.ts'
import { Planning } from '../../main/plans/planning.ts'
import { followQueue } from '../../main/undo/follow-queue.ts'
import { UndoStore } from '../../main/undo/undo-store.ts'
import { WorkerPool } from '../../main/workers/worker-pool.ts'
import { scriptedEngineWorker, scriptedScanWorker } from './built-workers.ts'
import { memoryLog, type LogLine } from './memory-log.ts'

export interface Workbench extends AsyncDisposable {
  readonly db: Db
  readonly library: Library
  readonly queue: JobQueue
  readonly planning: Planning
  readonly undoStore: UndoStore
  readonly lines: readonly LogLine[]
  /** Who has an image open now. */
  whoUses(imageId: number): Promise<ImageUse>
  setLinks(links: LinkSetting): void
  /** Resolves with the first change, from now on, that fits. */
  jobChange(fits: (change: JobChange) => boolean): Promise<JobChange>
  libraryChange(fits: (change: LibraryChange) => boolean): Promise<LibraryChange>
}

export interface WorkbenchOptions {
  readonly parallelJobs?: number
  readonly graceMs?: number
  readonly engineWorker?: URL
  readonly scanWorker?: URL
  readonly roots?: readonly string[] | undefined
  /** Default: none. */
  readonly trash?: Trash
}

/** Library and queue over a real database and real threads, without shell and handlers. */
export function openWorkbench(
  dataFolder: string,
  {
    parallelJobs = 2,
    graceMs = 5_000,
    engineWorker = scriptedEngineWorker,
    scanWorker = scriptedScanWorker,
    roots,
    trash = { kind: 'none' },
  }: WorkbenchOptions = {},
): Workbench {
  const lines: LogLine[] = []
  const log = memoryLog(lines)
  const { db } = openDatabase(databaseFile(dataFolder))
  const host = new WorkerPool<EngineTasks>({
    url: engineWorker,
    size: () => parallelJobs + queue.freeStanding,
    graceMs: () => graceMs,
  })
  const scanHost = new WorkerPool<ScanTasks>({ url: scanWorker, size: () => 2 })
  let links: LinkSetting = 'ask'
  const library = new Library({ db, host: scanHost, log, links: () => links, roots })
  const keeper = new UndoStore({
    db,
    folder: path.join(dataFolder, 'undo'),
    quotaBytes: () => 2 ** 30,
    log,
  })
  const admit = (file: string): Promise<string> => Promise.resolve(file)
  const planning = new Planning({
    images: library,
    planners: createPlanners(
      { admit, keeper, add: async (file) => (await library.addPaths([file]))[0] },
      createFilePlanners({ db, images: library, store: keeper, trash, admit, roots }),
    ),
    host,
  })
  const creating = new CreatePlanner({
    host,
    links: () => 'same-folder',
    admit,
    add: async (file) => void (await library.addPaths([file])),
  })
  const queue: JobQueue = new JobQueue({
    db,
    host,
    subjects: library,
    actions: actionWork(planning, creating),
    limits: () => ({
      jobs: parallelJobs,
      readersPerVolume: parallelJobs,
      writersPerVolume: 1,
    }),
    log,
    actor: 'desktop',
    engineVersion: '9.9.9',
  })
  keeper.start()
  const stopFollowing = followQueue(queue, keeper)
  return {
    db,
    library,
    queue,
    undoStore: keeper,
    planning,
    lines,
    whoUses: async (imageId) => (await host.run('use', await library.locate(imageId))).result,
    setLinks: (next) => {
      links = next
      library.linksChanged()
    },
    jobChange: (fits) =>
      new Promise((resolve) => {
        const stop = queue.changes.listen((change) => {
          if (!fits(change)) return
          stop()
          resolve(change)
        })
      }),
    libraryChange: (fits) =>
      new Promise((resolve) => {
        const stop = library.changes.listen((change) => {
          if (!fits(change)) return
          stop()
          resolve(change)
        })
      }),
    [Symbol.asyncDispose]: async () => {
      stopFollowing()
      await queue.close()
      library.close()
      await Promise.all([host.close(), scanHost.close()])
      db.close()
    },
  }
}
