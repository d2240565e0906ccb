import { host } from '../host.ts'
import { formatCount } from '../format/counts.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import { commandOf, infoCommand } from '../features/jobs/command-of.ts'
import { toast } from '../state/toasts.ts'
import { texts } from '../texts/texts.ts'
import type { Command } from './command.ts'
import { commandLine } from './command-line.ts'
import { needsImage, needsOneImage, needsAny, whyNotReadable } from './reasons.ts'

const lines = (images: readonly LibraryRow[], line: (image: LibraryRow) => string): string =>
  images.map(line).join('\n')

async function copy(text: string, told: string): Promise<void> {
  await host().copyText(text)
  toast({ title: told, tone: 'good' })
}

/** What was done last with the image, where a line does it again; what tells of several images, or of a new one. */
async function commandFor(images: readonly LibraryRow[]): Promise<readonly string[]> {
  const [only, ...others] = images
  if (only !== undefined && others.length === 0) {
    const { jobs } = await host().api['history.page']({ imageId: only.id, limit: 20 })
    // The file may have had another name then, or have been taken for something else.
    const last = jobs.find(
      (job) =>
        job.imagePath === only.path &&
        job.treatedAsRaw === only.treatedAsRaw &&
        commandOf(job) !== undefined,
    )
    const words = last && commandOf(last)
    if (words !== undefined) return words
  }
  return infoCommand(images)
}

export const copyCommands: readonly Command[] = [
  {
    id: 'image.copyPath',
    icon: 'copy',
    group: 'copy',
    shortcuts: ['Mod+C'],
    tableOnly: true,
    disabledReason: needsImage,
    run: ({ images }) =>
      copy(
        lines(images, ({ path }) => path),
        texts().commands.copied.paths(images.length, formatCount(images.length)),
      ),
  },
  {
    id: 'image.copyName',
    group: 'copy',
    disabledReason: needsImage,
    run: ({ images }) =>
      copy(
        lines(images, ({ name }) => name),
        texts().commands.copied.names(images.length, formatCount(images.length)),
      ),
  },
  {
    id: 'image.copySha256',
    group: 'copy',
    disabledReason: (context) =>
      needsAny(context, (image) =>
        image.contentSha256 === undefined
          ? texts().commands.computeFirst
          : image.hashStale
            ? texts().commands.computedBefore
            : undefined,
      ),
    run: ({ images }) =>
      copy(
        images
          .filter(({ contentSha256, hashStale }) => contentSha256 !== undefined && !hashStale)
          .map(({ contentSha256, path }) =>
            images.length === 1 ? contentSha256 : `${contentSha256}  ${path}`,
          )
          .join('\n'),
        texts().commands.copied.sha256,
      ),
  },
  {
    id: 'image.copyInfo',
    group: 'copy',
    disabledReason: (context) => needsOneImage(context) ?? needsAny(context, whyNotReadable),
    run: async ({ images }) => {
      const [image] = images
      if (image === undefined) return
      const info = await host().api['images.info']({ imageId: image.id })
      await copy(`${JSON.stringify(info, null, 2)}\n`, texts().commands.copied.info)
    },
  },
  {
    id: 'image.copyCommand',
    icon: 'command',
    group: 'copy',
    shortcuts: ['Mod+Shift+X'],
    tableOnly: true,
    disabledReason: needsImage,
    run: async ({ images, info }) => {
      const words = await commandFor(images)
      const line = commandLine(words, info?.platform.startsWith('win') === true)
      await host().copyText(line)
      toast({ title: texts().commands.copied.command, detail: line, tone: 'good' })
    },
  },
]
