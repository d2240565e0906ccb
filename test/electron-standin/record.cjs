'use strict'
/** What tests may look at: everything the app asked of Electron that leaves no other trace. */
const record = {
  sandboxEnabled: undefined,
  schemes: {},
  permissionHandlers: {},
  dialogs: [],
  shownInFolder: [],
  progress: -1,
  /** Every change of the bar: { fraction, mode }. */
  progressBars: [],
  trays: [],
  drags: [],
  notifications: [],
  powerSaveBlockers: [],
  recentDocuments: [],
  /** A test sets it to false: the person looks at another program. */
  hasFocus: true,
  lastWindowOpen: undefined,
  /** Where files that a test drops lie, by name: a page cannot make a file that has a path. */
  droppedPaths: JSON.parse(process.env['STAND_IN_DROPPED_PATHS'] ?? '{}'),
}

module.exports = { record }
