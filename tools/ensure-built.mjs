/**
 * Builds what is stale, and only that. When nothing is, this costs a few milliseconds and loads no
 * build tool.
 */
import { isFresh } from './build-stamp.mjs'

/** @typedef {import('./build-stamp.mjs').Target} Target */

/**
 * @param {readonly Target[]} targets `programs`: main process, web host, workers, preload, command
 *   line; `window`: what runs in the renderer.
 * @param {{ onBuild?: (stale: readonly Target[]) => void }} [options] `onBuild` is called before a
 *   build begins, to say why it takes longer this time.
 */
export async function ensureBuilt(targets, { onBuild } = {}) {
  const stale = targets.filter((target) => !isFresh(target))
  if (stale.length === 0) return
  onBuild?.(stale)
  const { build } = await import('./build.mjs')
  await build(stale)
}
