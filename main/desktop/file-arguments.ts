import path from 'node:path'

/**
 * The files and folders on a command line, absolute. Switches are Chromium's and Electron's (and
 * `-psn_…` is the macOS Finder's); the app's own folder is there while developing.
 */
export function fileArguments(
  argv: readonly string[],
  { workingFolder, appFolder }: { readonly workingFolder: string; readonly appFolder: string },
): readonly string[] {
  const paths = argv.map((argument) => ({
    argument,
    absolute: path.resolve(workingFolder, argument),
  }))
  // `electron [switches] APP [arguments]` while developing; packaged, the program is argv[0].
  const appAt = paths.findIndex(({ absolute }, index) => index > 0 && absolute === appFolder)
  return paths
    .slice(appAt === -1 ? 1 : appAt + 1)
    .filter(({ argument }) => argument !== '' && !argument.startsWith('-'))
    .map(({ absolute }) => absolute)
}
