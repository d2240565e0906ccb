import { ImageError, type ReportFormat, type WrittenReport } from '../../../core/index.ts'
import type { Contract } from '../../../ipc/contract.ts'
import type { Handlers } from '../../../ipc/procedure.ts'
import type { Library } from '../../images/library.ts'
import { saveReport } from '../../jobs/save-report.ts'
import type { ShellPorts } from '../../shell-ports.ts'

type Names = Extract<keyof Contract, `shell.${string}` | `files.${string}`>

export interface ShellHandlerParts {
  readonly library: Library
  readonly shell: ShellPorts
  /** Throws `unknown-id`. */
  readonly reportBatch: (batchId: string, format: ReportFormat) => WrittenReport
}

export function shellHandlers({
  library,
  shell,
  reportBatch,
}: ShellHandlerParts): Pick<Handlers<Contract>, Names> {
  /** A page that was taken over could else have any path of the disk shown. */
  const savedReports = new Set<string>()
  const pathOf = (shown: Parameters<Handlers<Contract>['shell.showInFolder']>[0]): string => {
    if ('imageId' in shown) return library.image(shown.imageId).path
    if ('folderId' in shown) return folderOf(library, shown.folderId)
    if (savedReports.has(shown.report)) return shown.report
    throw new ImageError('unknown-id', { field: 'report', id: shown.report })
  }
  return {
    'shell.openImages': async () => ({
      imageIds: [...(await library.addPaths(await shell.chooseImages()))],
    }),
    'shell.openFolder': async () => {
      const path = await shell.chooseFolder('library')
      if (path === undefined) return {}
      return { folderId: await library.addFolder({ path, recursive: true, watched: true }) }
    },
    'shell.showInFolder': (shown) => {
      shell.showInFolder(pathOf(shown))
      return {}
    },
    'shell.saveReport': async ({ batchId, format }) => {
      const report = reportBatch(batchId, format)
      if (shell.chooseNewFile === undefined) {
        throw new ImageError('not-in-this-shell', {
          feature: 'Choosing where a report is saved',
          expected: 'a download of the browser',
        })
      }
      const place = await shell.chooseNewFile(report.fileName)
      if (place === undefined) return {}
      const path = await saveReport(place, report)
      savedReports.add(path)
      return { path }
    },
    'shell.chooseFolder': async () => chosen(await shell.chooseFolder('destination')),
    'shell.chooseFile': async () => chosen(await shell.chooseImage()),
    'shell.openWindow': async ({ imageId }) => {
      if (shell.openWindow === undefined) {
        throw new ImageError('not-in-this-shell', {
          feature: 'A window of its own for an image',
          expected: 'a tab of the browser',
        })
      }
      const { id, path } = library.image(imageId)
      await shell.openWindow({ id, file: path })
      return {}
    },
    'shell.startDrag': ({ imageIds }) => {
      if (shell.startDrag === undefined) {
        throw new ImageError('not-in-this-shell', {
          feature: 'Dragging files to other programs',
          expected: 'the desktop app',
        })
      }
      // By id: a page that was taken over could else hand any file to whatever is under the pointer.
      const there = imageIds.map((id) => library.image(id)).filter(isThere)
      const [first, ...others] = there.map(({ path }) => path)
      if (first !== undefined) shell.startDrag([first, ...others])
      return {}
    },
    'shell.popupMenu': async ({ items }) => ({ chosen: await shell.popupMenu(items) }),
    'shell.setMenuState': ({ enabled, imageId }) => {
      shell.setMenuState(enabled, imageId)
      return {}
    },
    'files.browse': async ({ path }) => {
      const { entries, ...listing } = await shell.browse(path)
      return { ...listing, entries: [...entries] }
    },
  }
}

/** Throws `unknown-id`. */
function folderOf(library: Library, folderId: number): string {
  const folder = library.folders().find(({ id }) => id === folderId)
  if (folder === undefined)
    throw new ImageError('unknown-id', { field: 'folder', id: String(folderId) })
  return folder.path
}

const chosen = (path: string | undefined): { path?: string } => (path === undefined ? {} : { path })

const isThere = ({ missingSince }: { readonly missingSince?: number | undefined }): boolean =>
  missingSince === undefined
