/**
 * Every text of the window, by area. A text that depends on something is a function of it; plurals and sizes are
 * made by renderer/format before they come here. Errors have their own catalogue (core/errors).
 */
import { browse } from './browse.ts'
import { common } from './common.ts'
import { plan } from './plan.ts'
import { undo } from './undo.ts'

export const english = { browse, common, plan, undo }
