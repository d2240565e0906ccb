import type { CreateOptions, Engine } from '../../../core/index.ts'
import type { TaskHandlers } from '../../workers/task.ts'
import type { StoredLinkPolicy } from '../engine-host.ts'
import { measured } from '../measured.ts'
import { watched } from '../watched.ts'
import type { ChangeTasks } from './change-tasks.ts'

/** What an engine worker does to plan and to make changes. */
export function changeHandlers(engine: Engine): TaskHandlers<ChangeTasks> {
  return {
    planResize: ({ size, preallocation, moveGptBackup, scanLimit, ...image }, context) =>
      measured(image, () =>
        engine.planResize(image.path, {
          size,
          preallocation,
          moveGptBackup,
          scanLimit,
          format: image.format,
          links: image.links,
          ...watched(context),
        }),
      ),
    resize: ({ plan, consent, keepCut, ...image }, context) =>
      measured(image, () =>
        engine.resizeImage(image.path, plan, {
          consent,
          keepCut,
          links: image.links,
          ...watched(context),
        }),
      ),
    planCompact: ({ scan, ...image }, context) =>
      measured(image, () =>
        engine.planCompact(image.path, {
          scan,
          format: image.format,
          links: image.links,
          ...watched(context),
        }),
      ),
    compact: ({ plan, mode, compression, ...image }, context) =>
      measured(image, () =>
        engine.compactImage(image.path, plan, {
          mode,
          compression,
          links: image.links,
          ...watched(context),
        }),
      ),
    planRepair: ({ mode, consent, ...image }, context) =>
      measured(image, () => engine.planRepair(image.path, { mode, consent, ...watched(context) })),
    repair: ({ plan, consent, safetyCopyFolder, ...image }, context) =>
      measured(image, () =>
        engine.repairImage(image.path, plan, { consent, safetyCopyFolder, ...watched(context) }),
      ),
    repairCopy: ({ plan, consent, to, ...image }, context) =>
      measured(image, () =>
        engine.repairCopy(image.path, to, plan, { consent, ...watched(context) }),
      ),
    listSnapshots: ({ usage, ...image }, context) =>
      measured(image, () => engine.listSnapshots(image.path, { usage, ...watched(context) })),
    readStamp: (image) => measured(image, () => engine.readStamp(image.path)),
    createSnapshot: ({ name, stamp, ...image }, context) =>
      measured(image, () =>
        engine.createSnapshot(image.path, { name, stamp, ...watched(context) }),
      ),
    planApplySnapshot: ({ snapshot, ...image }, context) =>
      measured(image, () =>
        engine.planApplySnapshot(image.path, { snapshot, ...watched(context) }),
      ),
    applySnapshot: ({ plan, keepPresentAs, ...image }, context) =>
      measured(image, () =>
        engine.applySnapshot(image.path, { plan, keepPresentAs, ...watched(context) }),
      ),
    planDeleteSnapshot: ({ snapshot, ...image }, context) =>
      measured(image, () =>
        engine.planDeleteSnapshot(image.path, { snapshot, ...watched(context) }),
      ),
    deleteSnapshot: ({ plan, keep, ...image }, context) =>
      measured(image, () => engine.deleteSnapshot(image.path, { plan, keep, ...watched(context) })),
    renameSnapshot: ({ snapshot, name, stamp, ...image }, context) =>
      measured(image, () =>
        engine.renameSnapshot(image.path, { snapshot, name, stamp, ...watched(context) }),
      ),
    planRelink: ({ backing, backingFormat, ...image }, context) =>
      measured(image, () =>
        engine.planRelink(image.path, {
          backing,
          backingFormat,
          links: image.links,
          ...watched(context),
        }),
      ),
    relink: ({ plan, ...image }, context) =>
      measured(image, () => engine.relinkImage(image.path, plan, watched(context))),
    planCreate: ({ path, options, links }) => engine.planCreate(path, withLinks(options, links)),
    create: ({ path, options, links }, context) =>
      engine.createImage(path, withLinks(options, links), watched(context)),
  }
}

const withLinks = (options: CreateOptions, links: StoredLinkPolicy): CreateOptions =>
  options.format === 'raw' ? options : { ...options, links }
