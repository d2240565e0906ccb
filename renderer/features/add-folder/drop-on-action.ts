import type { CommandId } from '../../commands/command.ts'
import { openForImages } from '../../commands/open-for-images.ts'
import { host } from '../../host.ts'
import { imagesOfFolder } from '../../state/library.ts'
import { toast } from '../../state/toasts.ts'
import { texts } from '../../texts/texts.ts'
import { whenRead } from './when-read.ts'

export interface Dropped {
  readonly files: readonly string[]
  readonly folders: readonly string[]
}

/** Actions whose dialog is about one image. */
export const takesOne: ReadonlySet<CommandId> = new Set<CommandId>([
  'image.resize',
  'image.takeSnapshot',
])

/** Adds what was dropped on an action's button and opens the action's dialog for it; nothing begins by itself. */
export async function dropOnAction(id: CommandId, { files, folders }: Dropped): Promise<void> {
  const { imageIds } =
    files.length === 0
      ? { imageIds: [] }
      : await host().api['library.addFiles']({ paths: [...files] })
  const folderIds: number[] = []
  for (const path of folders) {
    const added = await host().api['library.addFolder']({ path, recursive: true, watched: true })
    folderIds.push(added.folderId)
  }
  await whenRead(folderIds)
  const images = [...new Set([...imageIds, ...folderIds.flatMap(imagesOfFolder)])]
  if (images.length > 0) await openForImages(id, images)
  else toast({ title: texts().frame.drop.noImages, tone: 'info' })
}
