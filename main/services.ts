import { availableParallelism, homedir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { createEngine, ImageError } from '../core/index.ts'
import type { Contract } from '../ipc/contract.ts'
import type { Handlers } from '../ipc/procedure.ts'
import type { Job } from '../ipc/schemas/job.ts'
import { appHandlers } from './api/handlers/app-handlers.ts'
import { imageHandlers } from './api/handlers/image-handlers.ts'
import { jobHandlers } from './api/handlers/job-handlers.ts'
import { libraryHandlers } from './api/handlers/library-handlers.ts'
import { planHandlers } from './api/handlers/plan-handlers.ts'
import { undoHandlers } from './api/handlers/undo-handlers.ts'
import { shellHandlers } from './api/handlers/shell-handlers.ts'
import { reportBatch } from './jobs/batch-report.ts'
import { UseWatch } from './api/use-watch.ts'
import { databaseFile, defaultDataFolder, defaultLogFolder } from './data-folders.ts'
import { lockDataFolder } from './data-lock.ts'
import { compareWithPrevious } from './history/compare-batches.ts'
import { createFilePlanners } from './files/file-planners.ts'
import { followUpPlaces } from './files/interrupted-places.ts'
import { lookAtManyFiles } from './files/many-files.ts'
import { trashOf } from './files/trash.ts'
import { openDatabase } from './history/database.ts'
import type { ReadableDb } from './history/db.ts'
import { recentPace } from './history/jobs.ts'
import { isWeeklyBatch } from './history/weekly-checks.ts'
import { batchSubject } from './images/batch-subject.ts'
import { linkPolicyOf, withinRoots } from './images/library-image.ts'
import { Library } from './images/library.ts'
import type { ScanTasks } from './images/scan-tasks.ts'
import type { EngineTasks } from './jobs/engine-host.ts'
import { FreeWatch } from './jobs/free-watch.ts'
import { findInterruptedRepairs } from './jobs/interrupted-repairs.ts'
import { patienceFor } from './jobs/patience.ts'
import { planBatch, type PlanBatchOf } from './jobs/plan-batch.ts'
import { JobQueue } from './jobs/queue.ts'
import type { SchedulerLimits } from './jobs/scheduler.ts'
import { tellShell } from './jobs/tell-shell.ts'
import { workUnderWay, type WorkUnderWay } from './jobs/work-under-way.ts'
import { ServicesMetrics } from './metrics/services-metrics.ts'
import type { MetricsSource } from './metrics/metrics-server.ts'
import { openLog } from './log/logger.ts'
import type { Notice } from './notice.ts'
import { checkFolder } from './schedule/check-folder.ts'
import { wallClock } from './schedule/wall-clock.ts'
import { WeeklyChecks } from './schedule/weekly-checks.ts'
import { KeptViews } from './settings/kept-views.ts'
import { SettingsStore } from './settings/settings-store.ts'
import { actionWork } from './plans/action-work.ts'
import { createPlanners } from './plans/create-planners.ts'
import { CreatePlanner } from './plans/plan-create.ts'
import { Planning } from './plans/planning.ts'
import { freeBytesAt } from './plans/preflight/surroundings.ts'
import { startCreating } from './plans/start-creating.ts'
import type { ShellPorts } from './shell-ports.ts'
import { knownPlaces, type Place } from './users/known-places.ts'
import { followQueue } from './undo/follow-queue.ts'
import { planUndoBatch } from './undo/plan-undo-batch.ts'
import { UndoStore } from './undo/undo-store.ts'
import { WorkerPool } from './workers/worker-pool.ts'

export interface ServicesOptions {
  readonly shell: ShellPorts
  /** Recorded with every job: through which door it was asked for. */
  readonly actor: Job['actor']
  readonly appVersion: string
  /** Entries of the worker threads, from the sources or built. */
  readonly engineWorkerUrl: URL
  readonly scanWorkerUrl: URL
  /** Default: `PLATTER_DATA`, or the system's place for application data. */
  readonly dataFolder?: string
  /** Where configurations of virtual machines are; default: where their programs keep them. */
  readonly vmPlaces?: readonly Place[]
  /** Default: `PLATTER_LOGS`, or the system's place for logs. */
  readonly logFolder?: string
}

export interface Services {
  readonly handlers: Handlers<Contract>
  /** For whoever watches from outside. Asked for once: it watches the process, too. */
  metrics(): MetricsSource
  readonly notices: readonly Notice[]
  /** Adds files and folders that came from outside the window; `refusal` says why the first one could not be. */
  openPaths(
    paths: readonly string[],
  ): Promise<{ readonly imageIds: readonly number[]; readonly refusal: ImageError | undefined }>
  /** For the log: an error that is a fault of ours, with its stack. */
  reportDefect(where: string, thrown: unknown): void
  /** For the question before a shell ends. */
  workUnderWay(): WorkUnderWay
  /** Every job stands still, or goes on. */
  pauseAll(): void
  resumeAll(): void
  /**
   * Jobs stop, threads end, the database is closed. What had not ended is interrupted and can be taken up at the next
   * start, or is cancelled, as the person chose.
   */
  close(unfinished?: 'interrupted' | 'cancelled'): Promise<void>
}

/** Threads that answer windows, besides those that work on jobs. */
const queryThreads = 2
/** Threads that plan for windows: reading all of an image must not keep others waiting for an answer. */
const planThreads = 2
/** Unless the person asked for a number of jobs: one disk does not read faster for more. */
const readersPerVolume = 2
const scanThreads = 2

/**
 * The composition root of both shells: builds everything by hand, in the order in which the parts need
 * each other, and takes it down in the opposite order. Throws `already-running`, `database-newer`
 * and `data-folder-unusable`.
 */
export async function createServices(options: ServicesOptions): Promise<Services> {
  const { shell, actor, appVersion, engineWorkerUrl, scanWorkerUrl } = options
  const dataFolder = options.dataFolder ?? defaultDataFolder()
  const logFolder = options.logFolder ?? defaultLogFolder()
  await using undo = new AsyncDisposableStack()

  undo.use(lockDataFolder(dataFolder))
  const settings = new SettingsStore(dataFolder)
  undo.defer(() => settings.close())
  const log = openLog(logFolder, settings.current.logLevel)
  undo.defer(() => log.close())
  const views = new KeptViews(dataFolder, (error) =>
    log.warn('how a window was left could not be kept', { cause: String(error) }),
  )
  undo.defer(() => views.close())
  const { db, notice } = openDatabase(databaseFile(dataFolder))
  undo.defer(() => db.close())
  const notices = [notice, settings.notice].filter((entry) => entry !== undefined)
  for (const { id, detail } of notices) log.warn('notice', { id, detail })

  const onCrash = (error: Error): void => log.error('worker thread ended', { cause: error.message })
  const jobThreads = (): number => settings.current.parallelJobs || availableParallelism()
  const jobHost = new WorkerPool<EngineTasks>({
    url: engineWorkerUrl,
    // A job that stands still keeps its thread and leaves its place to another.
    size: () => jobThreads() + queue.freeStanding,
    graceMs: patienceFor,
    onCrash,
  })
  const queryHost = new WorkerPool<EngineTasks>({
    url: engineWorkerUrl,
    size: () => queryThreads,
    onCrash,
  })
  const planHost = new WorkerPool<EngineTasks>({
    url: engineWorkerUrl,
    size: () => planThreads,
    onCrash,
  })
  const scanHost = new WorkerPool<ScanTasks>({
    url: scanWorkerUrl,
    size: () => scanThreads,
    onCrash,
  })
  for (const host of [jobHost, queryHost, planHost, scanHost]) undo.defer(() => host.close())

  const engineVersion = createEngine().version
  const library = new Library({
    db,
    host: scanHost,
    log,
    links: () => settings.current.links,
    roots: shell.roots,
    vmPlaces: options.vmPlaces ?? defaultVmPlaces(),
  })
  undo.defer(() => library.close())
  const undoStore = new UndoStore({
    db,
    folder: path.join(dataFolder, 'undo'),
    quotaBytes: () => settings.current.undoQuotaBytes,
    log,
  })
  const admit = (file: string): Promise<string> => shell.admit(file)
  const planning = new Planning({
    images: library,
    planners: createPlanners(
      { admit, keeper: undoStore, add: async (file) => (await library.addPaths([file]))[0] },
      createFilePlanners({
        db,
        images: library,
        store: undoStore,
        trash: trashOf(shell),
        admit,
        roots: shell.roots,
      }),
    ),
    host: planHost,
  })
  const creating = new CreatePlanner({
    host: planHost,
    links: () =>
      withinRoots(linkPolicyOf({ linksTrusted: false }, settings.current.links), shell.roots),
    admit,
    add: async (file) => void (await library.addPaths([file])),
  })
  const limits = (): SchedulerLimits => ({
    jobs: jobThreads(),
    readersPerVolume: settings.current.parallelJobs || readersPerVolume,
    writersPerVolume: 1,
  })
  const queue: JobQueue = new JobQueue({
    db,
    host: jobHost,
    subjects: library,
    actions: actionWork(planning, creating),
    limits,
    log,
    actor,
    engineVersion,
  })
  undo.defer(() => queue.close())
  undoStore.start()
  undo.defer(followQueue(queue, undoStore))
  undo.use(
    new FreeWatch({
      queue,
      log,
      whoUses: async (imageId, signal) =>
        (await queryHost.run('use', await library.locate(imageId), { signal })).result,
    }),
  )

  let dataVersion = db.dataVersion()
  const useWatch = new UseWatch(library, {
    // The command line records what it did in the same database.
    beforeRefresh: () => {
      const version = db.dataVersion()
      if (version !== dataVersion) library.reload()
      dataVersion = version
    },
    onFailed: (error) => {
      const { kind, message } = ImageError.from(error)
      if (kind !== 'cancelled')
        log.warn('who uses the images could not be asked', { reason: message })
    },
  })
  undo.defer(() => useWatch.close())

  let { links } = settings.current
  settings.changed.listen((next) => {
    log.setLevel(next.logLevel)
    shell.settingsChanged(next)
    queue.limitChanged()
    undoStore.quotaChanged()
    weekly.look()
    if (next.links !== links) library.linksChanged()
    links = next.links
  })
  shell.settingsChanged(settings.current)
  undo.use(
    tellShell(queue, shell, {
      isWeekly: (batchId) => isWeeklyBatch(db, batchId),
      worseThanBefore: (batchId) => {
        const { previous, worse } = compareWithPrevious(db, batchId)
        return previous === undefined ? undefined : worse.length
      },
    }),
  )
  const weekly = undo.use(
    new WeeklyChecks({
      db,
      clock: wallClock,
      log,
      wanted: () => settings.current.weeklyChecks,
      hasFolder: (folderId) => library.folders().some(({ id }) => id === folderId),
      check: (folderId) => checkFolder({ library, queue }, folderId),
      isRunning: (batchId) => queue.isBatchOpen(batchId),
    }),
  )
  undo.defer(
    queue.changes.listen((change) => {
      if (change.type === 'batch' && change.counters.endedAt !== undefined) weekly.look()
    }),
  )
  undo.defer(
    queue.changes.listen((change) => {
      // A batch works on images that nobody chose one by one.
      if (change.type !== 'job' || change.job.batchId !== undefined) return
      if (change.job.state === 'running') library.used([change.job.imageId])
    }),
  )

  const planned: PlanBatchOf = (request, imageIds) =>
    planBatch(
      {
        fit: (imageId, asked) => library.fit(imageId, asked),
        row: (imageId) => library.row(imageId),
        limits,
        freeBytesAt,
        files: (asked, rows) =>
          lookAtManyFiles(
            {
              row: (imageId) => library.row(imageId),
              childrenOf: (imageId) => library.childrenOf(imageId),
              admit,
            },
            asked,
            rows,
          ),
        undo: (batchId, ids) =>
          planUndoBatch({ db, store: undoStore, row: (id) => library.row(id) }, batchId, ids),
        pace: (kind) => recentPace(db, kind),
      },
      request,
      imageIds,
    )

  const handlers: Handlers<Contract> = {
    ...appHandlers({
      settings,
      views,
      shell,
      info: {
        host: shell.host,
        version: appVersion,
        engineVersion,
        nodeVersion: process.versions.node,
        sqliteVersion: sqliteVersion(db),
        platform: process.platform,
        capabilities: shell.capabilities,
        notices: [...notices],
        logFolder,
        dataFolder,
      },
    }),
    ...libraryHandlers({ library, useWatch, shell }),
    ...imageHandlers({ db, library, host: queryHost, countingHost: planHost }),
    ...jobHandlers({
      db,
      queue,
      engineVersion,
      create: (request, token) => startCreating({ db, queue, creating }, request, token),
      plan: (imageId, request) => planning.show(imageId, request, unwatched),
      subjectOf: (imageIds) => batchSubject(library, imageIds),
      planBatch: planned,
      pathOf: (imageId) => library.row(imageId)?.path ?? `image ${imageId}`,
      logFolder,
    }),
    ...undoHandlers(undoStore, shell.roots),
    ...planHandlers({
      planBatch: planned,
      planning,
      creating,
    }),
    ...shellHandlers({
      library,
      shell,
      reportBatch: (batchId, format) => reportBatch(db, batchId, format, engineVersion),
    }),
  }

  log.info('services started', { version: appVersion, host: shell.host, dataFolder })
  library.start()
  weekly.look()
  const followUp = oneAfterTheOther(async () => {
    const jobIds = [
      ...(await findInterruptedRepairs(db)),
      ...(await followUpPlaces({ db, host: jobHost, images: library, log })),
    ]
    for (const jobId of jobIds) queue.tellAgain(jobId)
  })
  const followUpNow = (): void =>
    void followUp().catch((error: unknown) =>
      log.warn('work that was cut off could not be looked after', { cause: String(error) }),
    )
  undo.defer(
    queue.changes.listen((change) => {
      if (change.type === 'job' && change.job.error?.reason === 'worker-crashed') followUpNow()
    }),
  )
  followUpNow()
  const parts = undo.move()
  return {
    handlers,
    metrics: () => new ServicesMetrics(db, queue),
    notices,
    openPaths: async (paths) => {
      const { ids: imageIds, refusal } = await library.addWhatCan(paths)
      library.used(imageIds)
      return { imageIds, refusal }
    },
    reportDefect: (where, thrown) =>
      log.error('defect', {
        where,
        stack: thrown instanceof Error ? thrown.stack : String(thrown),
      }),
    workUnderWay: () => workUnderWay(queue.snapshot().jobs),
    pauseAll: () => {
      const { jobs, batches } = queue.snapshot()
      for (const { id } of batches) queue.pauseBatch(id)
      for (const { id, batchId } of jobs) if (batchId === undefined) queue.pause(id)
    },
    resumeAll: () => {
      const { jobs, batches } = queue.snapshot()
      for (const { id } of batches) queue.resumeBatch(id)
      for (const { id, batchId } of jobs) if (batchId === undefined) queue.resume(id)
    },
    close: async (unfinished = 'interrupted') => {
      log.info('services end', { unfinished })
      if (unfinished === 'cancelled') await queue.cancelAndSettle()
      await parts.disposeAsync()
    },
  }
}

const defaultVmPlaces = (): readonly Place[] =>
  knownPlaces({ home: homedir(), platform: process.platform, env: process.env })

/** A plan that nobody waits for to see. */
const unwatched = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  onPlan: () => undefined,
}

const sqliteVersion = (db: ReadableDb): string =>
  z.object({ version: z.string() }).parse(db.get('SELECT sqlite_version() AS version')).version

/** Each call begins when the one before has ended. */
function oneAfterTheOther(work: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  return () => {
    last = last.catch(() => undefined).then(work)
    return last
  }
}
