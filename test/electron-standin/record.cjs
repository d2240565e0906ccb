'use strict'
/** What tests may look at: everything the app asked of Electron that leaves no other trace. */
const record = {
  sandboxEnabled: undefined,
  schemes: {},
  permissionHandlers: {},
  dialogs: [],
  shownInFolder: [],
  progress: -1,
  lastWindowOpen: undefined,
  droppedPaths: {},
}

module.exports = { record }
