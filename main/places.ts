/**
 * Where the parts of the program lie, from the sources (`node main/web.ts`) and from dist/ alike. The
 * build keeps each entry's place, and puts this module's chunk beside the entries of main/.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const isBuilt = import.meta.url.endsWith('.js')
const extension = isBuilt ? 'js' : 'ts'
const here = (relative: string): URL => new URL(relative, import.meta.url)
const projectRoot = here(isBuilt ? '../../' : '../')

/** The packaged app keeps workers beside its archive: a worker thread may not read inside it. */
const outsideArchive = (url: URL): URL =>
  new URL(url.href.replace('/app.asar/', '/app.asar.unpacked/'))

export const engineWorkerUrl = outsideArchive(here(`./jobs/engine-worker.${extension}`))
export const scanWorkerUrl = outsideArchive(here(`./images/scan-worker.${extension}`))

/** The built window; running from the sources shows the last build. */
export const windowFolder = fileURLToPath(new URL('dist/renderer', projectRoot))
export const preloadScript = fileURLToPath(new URL('dist/preload/preload.cjs', projectRoot))
export const iconFile = fileURLToPath(new URL('assets/icons/256x256.png', projectRoot))

/** As large as trays draw it; some scale no icon down. */
export const trayIconFile = fileURLToPath(new URL('assets/icons/24x24.png', projectRoot))

/** Under the pointer while files are dragged out. */
export const dragIconFile = fileURLToPath(new URL('assets/icons/48x48.png', projectRoot))

/** The version in package.json, which the packaged app carries along. */
export function readAppVersion(): string {
  const text = readFileSync(new URL('package.json', projectRoot), 'utf8')
  const { version } = JSON.parse(text) as { readonly version: string }
  return version
}
