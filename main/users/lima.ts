import path from 'node:path'
import type { VmConfig } from './vm-config.ts'

/** Lima's own disks in an instance's folder, of all versions. */
const ownDisks = ['basedisk', 'diffdisk', 'disk', 'image', 'iso'] as const

/**
 * An instance of Lima (`~/.lima/NAME/lima.yaml`). Its disks have fixed names in its folder; the file is read for
 * `additionalDisks` only, whose files are `_disks/NAME/datadisk` beside the instances.
 */
export function readLima(text: string, file: string): readonly VmConfig[] {
  const folder = path.dirname(file)
  const shared = path.join(folder, '..', '_disks')
  return [
    {
      vm: path.basename(folder),
      disks: [
        ...ownDisks.map((name) => path.join(folder, name)),
        ...additionalDisks(text).map((name) => path.join(shared, name, 'datadisk')),
      ],
    },
  ]
}

/**
 * The names below the top-level key `additionalDisks`, as block sequence of names or of mappings with a `name`,
 * or as flow sequence of names: how Lima's templates and its users write it. No other YAML is read.
 */
function additionalDisks(text: string): readonly string[] {
  const lines = text.split(/\r?\n/)
  const start = lines.findIndex((line) => /^additionalDisks\s*:/.test(line))
  if (start === -1) return []
  const inline = /^additionalDisks\s*:\s*\[([^\]]*)\]/.exec(lines[start] ?? '')?.[1]
  if (inline !== undefined) return inline.split(',').flatMap(nameIn)
  const names: string[] = []
  for (const line of lines.slice(start + 1)) {
    // The next key of the top level ends it; comments and blank lines do not.
    if (/^[^\s#-]/.test(line)) break
    const item = /^\s*-\s+(?:name\s*:\s*)?([^:#]+?)\s*(?:#.*)?$/.exec(line)
    const key = /^\s+name\s*:\s*([^#]+?)\s*(?:#.*)?$/.exec(line)
    names.push(...nameIn(item?.[1] ?? key?.[1] ?? ''))
  }
  return names
}

/** A disk's name is one path component: anything else would lead out of Lima's folder. */
function nameIn(text: string): readonly string[] {
  const name = text.trim().replace(/^(["'])(.*)\1$/, '$2')
  return /^[\w][\w.-]*$/.test(name) ? [name] : []
}
