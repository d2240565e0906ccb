import { z } from 'zod'

/** What this host can do; the window hides or explains what it cannot. */
const capabilities = z.object({
  /** The system's own open dialog (desktop). Without it the window offers the folder browser. */
  openDialog: z.boolean(),
  showInFolder: z.boolean(),
  nativeMenus: z.boolean(),
  /** Files dropped on the window have paths. */
  dropPaths: z.boolean(),
  /** Rows can be dragged to other programs. */
  dragOut: z.boolean(),
  /** An image can have a window of its own. */
  imageWindows: z.boolean(),
  /** The shell tells of long jobs by itself; without it the window asks the browser. */
  notifications: z.boolean(),
  /** The host's file system has a trash. */
  trash: z.boolean(),
})

export const appInfo = z.object({
  host: z.enum(['electron', 'web']),
  version: z.string(),
  engineVersion: z.string(),
  nodeVersion: z.string(),
  sqliteVersion: z.string(),
  platform: z.string(),
  capabilities,
  /** Things the person must know once, such as a damaged database that was moved aside. */
  notices: z.array(z.object({ id: z.string(), title: z.string(), detail: z.string() })),
  logFolder: z.string(),
  dataFolder: z.string(),
})
export type AppInfo = z.infer<typeof appInfo>

export const settings = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  units: z.enum(['binary', 'decimal']),
  density: z.enum(['comfortable', 'compact']),
  logLevel: z.enum(['error', 'warn', 'info', 'debug']),
  /** Jobs that read at once; 0 means as many as there are cores. */
  parallelJobs: z.number().int().min(0).max(64),
  /** Links inside images: never followed, only within the image's folder, or asked for each image. */
  links: z.enum(['deny', 'same-folder', 'ask']),
  /** Column ids in order, and what is hidden; empty means the defaults. */
  columns: z.array(z.object({ id: z.string(), width: z.number().positive(), shown: z.boolean() })),
  sort: z.object({ column: z.string(), descending: z.boolean() }),
  inspectorOpen: z.boolean(),
  inspectorWidth: z.number().positive(),
  drawerOpen: z.boolean(),
  /** `en-XA`: English made longer and strange, for finding texts that do not fit. */
  language: z.enum(['en', 'en-XA']),
  /** What the undo store may take at most. */
  undoQuotaBytes: z.number().int().nonnegative(),
  /** Folders that are checked once a week while Platter runs; `weekday` 0 is Sunday. */
  weeklyChecks: z.array(
    z.object({
      folderId: z.number().int().positive(),
      weekday: z.number().int().min(0).max(6),
      hour: z.number().int().min(0).max(23),
    }),
  ),
})
export type Settings = z.infer<typeof settings>

/** What the shell wants the window to do: menu commands, files opened from the desktop. */
export const shellEvent = z.discriminatedUnion('type', [
  /** A command of the window's registry, by id (`library.addFolder`, `image.check`…). */
  z.object({
    type: z.literal('command'),
    id: z.string(),
    /** What it is about, when it came with files (`--action=compact PATH`); else the selection. */
    imageIds: z.array(z.number().int().positive()).optional(),
  }),
  /** A notification was clicked: the window shows the job. */
  z.object({ type: z.literal('show-job'), jobId: z.string() }),
  z.object({ type: z.literal('show-batch'), batchId: z.string() }),
  /** Images that were opened from outside; the window selects them. */
  z.object({ type: z.literal('opened'), imageIds: z.array(z.number().int().positive()) }),
  z.object({ type: z.literal('notice'), title: z.string(), detail: z.string() }),
])
export type ShellEvent = z.infer<typeof shellEvent>

export const folderEntry = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(['folder', 'file']),
  size: z.number().nonnegative().optional(),
})
export type FolderEntry = z.infer<typeof folderEntry>
