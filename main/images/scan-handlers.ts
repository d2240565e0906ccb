import { ImageError, type ReadingEngine } from '../../core/index.ts'
import type { TaskHandlers } from '../workers/task.ts'
import { isReadOnly, lookAtFile } from './look-at-file.ts'
import { usedByOthers } from './own-holds.ts'
import { leadsInto } from './real-files.ts'
import type { FileUse, RefusedFolder, ScanTasks, SeenImage, Sighting } from './scan-tasks.ts'
import { readVms } from '../users/read-vms.ts'
import { walkFolder } from './walk-folder.ts'

/** Files looked at once: enough to hide the latency of a network share. */
const atOnce = 8
/** Images are sent when so many are there… */
const portionSize = 100
/** …or so much time went by, in milliseconds: the first rows should show at once. */
const portionTime = 150

/** What the scan worker does, for any engine. */
export function scanHandlers(engine: ReadingEngine): TaskHandlers<ScanTasks> {
  return {
    scan: async ({ root, recursive, roots }, context) => {
      const { signal } = context
      const folders: string[] = []
      const refused: RefusedFolder[] = []
      let portion: SeenImage[] = []
      let sentAt = performance.now()
      const send = async (): Promise<void> => {
        if (portion.length === 0) return
        await context.emit(portion)
        portion = []
        sentAt = performance.now()
      }
      for await (const found of walkFolder({ root, recursive, roots, signal })) {
        if (found.kind === 'refused') {
          refused.push({ path: found.path, errno: found.errno })
          continue
        }
        folders.push(found.path)
        for (let start = 0; start < found.files.length; start += atOnce) {
          signal.throwIfAborted()
          const files = found.files.slice(start, start + atOnce)
          const seen = await Promise.all(files.map((file) => lookAtFile(engine, file, false)))
          portion.push(...headersOf(seen))
          if (portion.length >= portionSize || performance.now() - sentAt > portionTime) {
            await send()
          }
        }
      }
      await send()
      return { folders, refused }
    },
    look: ({ paths, named, roots }, { signal }) =>
      inPortions(paths, signal, (file) => lookWithin(roots, engine, file, named)),
    uses: ({ paths }, { signal }) => inPortions(paths, signal, (file) => useOf(engine, file)),
    vms: (input, { signal }) => readVms(input, signal),
  }
}

async function lookWithin(
  roots: readonly string[] | undefined,
  engine: ReadingEngine,
  file: string,
  named: boolean,
): Promise<Sighting> {
  if (await leadsInto(roots, file)) return lookAtFile(engine, file, named)
  return {
    kind: 'outside',
    path: file,
    error: new ImageError('outside-roots', { path: file }).toJSON(),
  }
}

const headersOf = (seen: readonly Sighting[]): SeenImage[] =>
  seen.flatMap((sighting) => (sighting.kind === 'image' ? [sighting.header] : []))

async function inPortions<Result>(
  paths: readonly string[],
  signal: AbortSignal,
  work: (file: string) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  for (let start = 0; start < paths.length; start += atOnce) {
    signal.throwIfAborted()
    results.push(...(await Promise.all(paths.slice(start, start + atOnce).map(work))))
  }
  return results
}

async function useOf(engine: ReadingEngine, file: string): Promise<FileUse> {
  const readOnly = await isReadOnly(file)
  try {
    return { use: usedByOthers(await engine.readUse(file)), readOnly }
  } catch {
    // Gone or not readable: the row says so already.
    return { use: { state: 'unknown', holders: [] }, readOnly }
  }
}
