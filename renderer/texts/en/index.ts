/**
 * Every text of the window, by area. A text that depends on something is a function of it; plurals and sizes are
 * made by renderer/format before they come here. Errors have their own catalogue (core/errors).
 */
import { batches } from './batches.ts'
import { check } from './check.ts'
import { commands } from './commands.ts'
import { common } from './common.ts'
import { counts } from './counts.ts'
import { disk } from './disk.ts'
import { error } from './error.ts'
import { files } from './files.ts'
import { frame } from './frame.ts'
import { health } from './health.ts'
import { inspector } from './inspector.ts'
import { jobs } from './jobs.ts'
import { library } from './library.ts'
import { map } from './map.ts'
import { news } from './news.ts'
import { palette } from './palette.ts'
import { undo } from './undo.ts'
import { units } from './units.ts'

export const english = {
  batches,
  check,
  commands,
  common,
  counts,
  disk,
  error,
  files,
  frame,
  health,
  inspector,
  jobs,
  library,
  map,
  news,
  palette,
  undo,
  units,
}
