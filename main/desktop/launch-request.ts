import path from 'node:path'
import { z } from 'zod'

/** Commands that launchers offer (electron-builder.yml, desktopActions; launcher-tasks.ts). */
const launchCommand = z.enum([
  'library.addFolder',
  'library.openImage',
  'library.newImage',
  'library.checkAll',
])
export type LaunchCommand = z.infer<typeof launchCommand>

/** What a file manager offers for images; each opens its dialog, and the person decides there. */
const launchAction = z.enum(['check', 'repair', 'compact', 'resize', 'snapshot', 'sha'])

/** The command of the window's registry that an action is. */
export const actionCommands: Readonly<Record<z.infer<typeof launchAction>, string>> = {
  check: 'image.check',
  repair: 'image.repair',
  compact: 'image.compact',
  resize: 'image.resize',
  snapshot: 'image.takeSnapshot',
  sha: 'image.hash',
}

/** What someone who starts the app asks of it. */
export const launchRequest = z.object({
  /** Absolute; files and folders. */
  paths: z.array(z.string().min(1).max(4096)).max(10_000),
  command: launchCommand.optional(),
  /** For the images among the paths. */
  action: launchAction.optional(),
})
export type LaunchRequest = z.infer<typeof launchRequest>

/** The value of `--name=value`; the first one counts. */
function valueOf(name: string, given: readonly string[]): string | undefined {
  const prefix = `--${name}=`
  return given.find((argument) => argument.startsWith(prefix))?.slice(prefix.length)
}

/**
 * Reads a command line. Every other switch is Chromium's or Electron's (and `-psn_…` the macOS
 * Finder's) and says nothing to us.
 */
export function parseLaunch(
  argv: readonly string[],
  { workingFolder, appFolder }: { readonly workingFolder: string; readonly appFolder: string },
): LaunchRequest {
  // `electron [switches] APP [arguments]` while developing; packaged, the program is argv[0].
  const appAt = argv.findIndex(
    (argument, index) => index > 0 && path.resolve(workingFolder, argument) === appFolder,
  )
  const given = argv.slice(Math.max(appAt, 0) + 1)
  const paths = given
    .filter((argument) => argument !== '' && !argument.startsWith('-'))
    .map((argument) => path.resolve(workingFolder, argument))
  const command = launchCommand.safeParse(valueOf('command', given)).data
  const action = launchAction.safeParse(valueOf('action', given)).data
  return {
    paths,
    ...(command !== undefined && { command }),
    ...(action !== undefined && { action }),
  }
}
