import path from 'node:path'
import { z } from 'zod'

/** Commands that the desktop's launcher offers as actions (electron-builder.yml, desktopActions). */
const launchCommand = z.enum(['library.addFolder', 'library.openImage'])

/** What someone who starts the app asks of it. */
export const launchRequest = z.object({
  /** Absolute; files and folders. */
  paths: z.array(z.string().min(1).max(4096)).max(10_000),
  command: launchCommand.optional(),
})
export type LaunchRequest = z.infer<typeof launchRequest>

const commandPrefix = '--command='

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
  const command = launchCommand.safeParse(
    given.find((argument) => argument.startsWith(commandPrefix))?.slice(commandPrefix.length),
  )
  return command.success ? { paths, command: command.data } : { paths }
}
