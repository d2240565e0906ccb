/**
 * Every text of the window, by area. A text that depends on something is a function of it; plurals and sizes are
 * made by renderer/format before they come here. Errors have their own catalogue (core/errors).
 */
import { common } from './common.ts'

export const english = { common }
