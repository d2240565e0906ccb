import { cp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TempFolder } from '../helpers/temp-folder.ts'
import type { ModelFailure } from './model-run.ts'

/** Copies the failing image, what it links to and the story to a folder that stays; its path. */
export async function keepFailure(
  folder: TempFolder,
  seed: number,
  failure: ModelFailure,
): Promise<string> {
  const kept = path.join(tmpdir(), `platter-model-${seed}`)
  await cp(folder.path, kept, { recursive: true })
  await writeFile(
    path.join(kept, 'story.txt'),
    `${failure.message}\n\n${failure.run.story.join('\n')}\n`,
  )
  return kept
}
