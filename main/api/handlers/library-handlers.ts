import { ImageError } from '../../../core/index.ts'
import type { Contract } from '../../../ipc/contract.ts'
import type { Handlers } from '../../../ipc/procedure.ts'
import type { Library } from '../../images/library.ts'
import { isWithinRoots } from '../../images/within-roots.ts'
import type { ShellPorts } from '../../shell-ports.ts'
import { streamLibrary } from '../library-stream.ts'
import type { UseWatch } from '../use-watch.ts'

type Names = Extract<keyof Contract, `library.${string}`>

export interface LibraryHandlerParts {
  readonly library: Library
  readonly useWatch: UseWatch
  readonly shell: Pick<ShellPorts, 'admit' | 'roots'>
}

export function libraryHandlers({
  library,
  useWatch,
  shell,
}: LibraryHandlerParts): Pick<Handlers<Contract>, Names> {
  return {
    'library.watch': async (_input, emit, { signal }) => {
      const end = useWatch.begin()
      try {
        await streamLibrary(library, emit, signal)
      } finally {
        end()
      }
    },
    'library.addFolder': async ({ path, recursive, watched }) => ({
      folderId: await library.addFolder({ path: await shell.admit(path), recursive, watched }),
    }),
    'library.addFiles': async ({ paths }) => {
      const admitted: string[] = []
      for (const path of paths) admitted.push(await shell.admit(path))
      return { imageIds: [...(await library.addPaths(admitted))] }
    },
    'library.removeFolder': ({ folderId }) => {
      library.removeFolder(folderId)
      return {}
    },
    'library.removeImages': ({ imageIds }) => {
      for (const id of imageIds) {
        const { path } = library.image(id)
        if (!isWithinRoots(shell.roots, path)) throw new ImageError('outside-roots', { path })
      }
      library.removeImages(imageIds)
      return {}
    },
    'library.refresh': async ({ imageIds }) => {
      await library.refresh(imageIds)
      return {}
    },
    'library.vmPlaces': () => ({
      places: library.vmPlaces().map((place) => ({ ...place, unread: [...place.unread] })),
    }),
    'library.candidates': ({ imageId }) => ({
      candidates: library
        .candidatesFor(imageId)
        .map(({ image, signs }) => ({ imageId: image.id, signs: [...signs] })),
    }),
    'library.foundAt': async ({ imageId, path, anyway }) => ({
      taken: await library.foundAt(imageId, await shell.admit(path), anyway),
    }),
    'library.setTreatedAsRaw': async ({ imageId, asRaw }) => {
      await library.setTreatedAsRaw(imageId, asRaw)
      return {}
    },
    'library.setLinksTrusted': ({ imageId, trusted }) => {
      library.setLinksTrusted(imageId, trusted)
      return {}
    },
  }
}
