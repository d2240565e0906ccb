import { parseArgs } from 'node:util'

export interface WebArguments {
  /** 0: any free port. */
  readonly port: number
  /** Folders the folder browser may show. */
  readonly roots: readonly string[]
  /** Folders and images for the library; they are roots too. */
  readonly paths: readonly string[]
  /** Whether a browser window may be opened here. */
  readonly open: boolean
  readonly help: boolean
}

export const webUsage = `Usage: npm start -- --web [OPTIONS] [FOLDER|IMAGE...]

Folders and images are added to the library, and the window may look below them.

  --root FOLDER   the window may look below this folder, without adding it (repeatable)
  --port NUMBER   listen there instead of on any free port
  --no-open       only print the link, open no browser window`

/** Throws an Error with a sentence for people when the arguments make no sense. */
export function parseWebArguments(args: readonly string[]): WebArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '0' },
      root: { type: 'string', multiple: true, default: [] },
      'no-open': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const port = Number(values.port)
  if (!/^\d+$/.test(values.port) || port > 65_535) {
    throw new Error(`--port takes a number from 0 to 65535; found ${values.port}.`)
  }
  return {
    port,
    roots: values.root,
    paths: positionals,
    open: !values['no-open'],
    help: values.help,
  }
}
