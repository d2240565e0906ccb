/**
 * `npm run dev [-- --web] [-- PATH...]`: as `npm start`, but builds again when a source changes. A
 * change in main/, core/ or ipc/ restarts the app; after one in renderer/, reload the window.
 */
import './require-node.mjs'
import { spawn } from 'node:child_process'
import path from 'node:path'
import { programBuilds, windowBuild, writePrograms } from './build.mjs'
import { root } from './build-stamp.mjs'

/** @type {import('node:child_process').ChildProcess | undefined} */
let app
let restarting = false

function startApp() {
  app = spawn(process.execPath, [path.join(root, 'tools/start.mjs'), ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  app.once('exit', (code) => {
    if (!restarting) process.exit(code ?? 1)
    restarting = false
    startApp()
  })
}

function restartApp() {
  if (app === undefined) return startApp()
  restarting = true
  app.kill('SIGTERM')
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => app?.kill(signal))
}

const [esbuild, vite] = await Promise.all([import('esbuild'), import('vite')])

// The window first: the app that starts below has nothing to show without it.
await /** @type {Promise<void>} */ (
  new Promise((resolve, reject) => {
    const config = windowBuild({ onWritten: resolve })
    vite
      .build({
        ...config,
        logLevel: 'info',
        // What the app shows now stays there until the next build has written.
        build: { watch: {}, emptyOutDir: false },
      })
      .catch(reject)
  })
)

/** @type {Map<number, import('esbuild').BuildResult>} */
const latest = new Map()

/** @param {number} index @returns {import('esbuild').Plugin} */
const whenBuilt = (index) => ({
  name: 'platter-dev',
  setup(context) {
    context.onEnd((result) => {
      if (result.errors.length > 0) return
      latest.set(index, result)
      // They belong together in dist/ and in its stamp.
      if (latest.size < programBuilds.length) return
      writePrograms([...latest.values()], Date.now())
      restartApp()
    })
  },
})

for (const [index, options] of programBuilds.entries()) {
  const context = await esbuild.context({ ...options, plugins: [whenBuilt(index)] })
  await context.watch()
}
