import { amendReasons } from './reasons-amend.ts'
import { generalReasons } from './reasons-general.ts'
import { diskReasons } from './reasons-disk.ts'
import { dehydrateReasons } from './reasons-dehydrate.ts'
import { fileReasons } from './reasons-file.ts'
import { formatReasons } from './reasons-format.ts'
import { keepReasons } from './reasons-keep.ts'
import { linkReasons } from './reasons-link.ts'
import { changeReasons } from './reasons-change.ts'
import { compactReasons } from './reasons-compact.ts'
import { contentReasons } from './reasons-content.ts'
import { convertReasons } from './reasons-convert.ts'
import { snapshotReasons } from './reasons-snapshot.ts'
import { createReasons } from './reasons-create.ts'
import { resizeReasons } from './reasons-resize.ts'
import { placeReasons } from './reasons-place.ts'
import { planReasons } from './reasons-plan.ts'
import { recycleReasons } from './reasons-recycle.ts'
import { repairReasons } from './reasons-repair.ts'
import { rewriteReasons } from './reasons-rewrite.ts'
import { runReasons } from './reasons-run.ts'
import { serviceReasons } from './reasons-service.ts'
import { streamReasons } from './reasons-stream.ts'
import { undoReasons } from './reasons-undo.ts'
import type { CatalogueEntry } from './explanation.ts'

/**
 * Every error Platter can name, in one place: window, command line and web take their words from here.
 * Numbers by subject: 1000 general, 1100 files, 1200 formats, 1300 links inside images, 1400 services,
 * 1500 changing images, 1600 converting them.
 */
export const catalogue = {
  ...generalReasons,
  ...fileReasons,
  ...formatReasons,
  ...linkReasons,
  ...serviceReasons,
  ...planReasons,
  ...changeReasons,
  ...createReasons,
  ...amendReasons,
  ...snapshotReasons,
  ...resizeReasons,
  ...diskReasons,
  ...repairReasons,
  ...recycleReasons,
  ...compactReasons,
  ...rewriteReasons,
  ...convertReasons,
  ...contentReasons,
  ...undoReasons,
  ...keepReasons,
  ...placeReasons,
  ...runReasons,
  ...dehydrateReasons,
  ...streamReasons,
} as const satisfies Record<string, CatalogueEntry>

export type Reason = keyof typeof catalogue
