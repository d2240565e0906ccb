import { readFileSync } from 'node:fs'

/** The version in package.json. `entryUrl` is dist/cli/main.js, or cli/main.ts among the sources. */
export function readVersion(entryUrl: string): string {
  const up = entryUrl.endsWith('.ts') ? '../package.json' : '../../package.json'
  const { version } = JSON.parse(readFileSync(new URL(up, entryUrl), 'utf8')) as {
    readonly version: string
  }
  return version
}
