import { ImageError } from '../errors/image-error.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import { refuseFolder } from './refuse-folder.ts'

/** Where a new file goes. */
export interface OutputTarget {
  /** Absolute; of a file that is replaced, with every symbolic link followed. */
  readonly path: string
  /** Whether a file is there now, which the new one replaces. */
  readonly replaces: boolean
}

/**
 * Looks where a new file called `path` goes. What has that name already stays unless `overwrite` says
 * otherwise; then a symbolic link stays a link, and the file it leads to is replaced. Throws `output-exists`,
 * `file-is-folder`, or `file-not-regular` for a link that leads nowhere.
 */
export async function outputTarget(
  host: Pick<ExchangingEnvironment, 'paths' | 'namesIn' | 'openFile'>,
  path: string,
  overwrite: boolean,
): Promise<OutputTarget> {
  const target = host.paths.resolve('', path)
  const real = await realPath(host, target)
  if (real !== undefined) {
    await refuseFolder(host, real)
    if (!overwrite) throw new ImageError('output-exists', { path: target })
    return { path: real, replaces: true }
  }
  if (!(await isNamed(host, target))) return { path: target, replaces: false }
  if (!overwrite) throw new ImageError('output-exists', { path: target })
  const found = 'symbolic link that leads nowhere'
  throw new ImageError('file-not-regular', { path: target, found })
}

async function realPath(
  { paths }: Pick<ExchangingEnvironment, 'paths'>,
  path: string,
): Promise<string | undefined> {
  try {
    return await paths.real(path)
  } catch (error) {
    if (error instanceof ImageError && error.reason === 'file-missing') return undefined
    throw error
  }
}

/** Whether the folder has the name, wherever it leads. */
async function isNamed(
  host: Pick<ExchangingEnvironment, 'paths' | 'namesIn'>,
  path: string,
): Promise<boolean> {
  const folder = host.paths.folderOf(path)
  try {
    const names = await host.namesIn(folder)
    return names.some((name) => host.paths.resolve(folder, name) === path)
  } catch (error) {
    // A folder that is missing or may not be listed: making the file tells, and never replaces anything.
    if (error instanceof ImageError) return false
    throw error
  }
}
