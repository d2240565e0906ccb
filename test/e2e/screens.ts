import { dialogScreens } from './screens/dialog-screens.ts'
import { inspectorScreens } from './screens/inspector-screens.ts'
import { libraryScreens } from './screens/library-screens.ts'
import { pageScreens } from './screens/page-screens.ts'
import { planScreens } from './screens/plan-screens.ts'
import type { Screen } from './screens/screen.ts'

/** Every screen and dialog of the window, over made-up data: each state stands still to be looked at. */
export const screens: readonly Screen[] = [
  ...libraryScreens,
  ...inspectorScreens,
  ...pageScreens,
  ...dialogScreens,
  ...planScreens,
]
