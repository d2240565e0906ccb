/**
 * Every text of the window, by area. A text that depends on something is a function of it; plurals and sizes are
 * made by renderer/format before they come here. Errors have their own catalogue (core/errors).
 */
import { batch } from './batch.ts'
import { browse } from './browse.ts'
import { chain } from './chain.ts'
import { check } from './check.ts'
import { commands } from './commands.ts'
import { common } from './common.ts'
import { compact } from './compact.ts'
import { counts } from './counts.ts'
import { create } from './create.ts'
import { disk } from './disk.ts'
import { error } from './error.ts'
import { files } from './files.ts'
import { frame } from './frame.ts'
import { guest } from './guest.ts'
import { hash } from './hash.ts'
import { health } from './health.ts'
import { inspector } from './inspector.ts'
import { jobs } from './jobs.ts'
import { library } from './library.ts'
import { map } from './map.ts'
import { palette } from './palette.ts'
import { plan } from './plan.ts'
import { relink } from './relink.ts'
import { repair } from './repair.ts'
import { resize } from './resize.ts'
import { schedule } from './schedule.ts'
import { settings } from './settings.ts'
import { size } from './size.ts'
import { snapshots } from './snapshots.ts'
import { undo } from './undo.ts'
import { units } from './units.ts'

export const english = {
  batch,
  browse,
  chain,
  check,
  commands,
  common,
  compact,
  counts,
  create,
  disk,
  error,
  files,
  frame,
  guest,
  hash,
  health,
  inspector,
  jobs,
  library,
  map,
  palette,
  plan,
  relink,
  repair,
  resize,
  schedule,
  settings,
  size,
  snapshots,
  undo,
  units,
}
