import type { VmConfig } from './vm-config.ts'

/** Drives of a machine: `scsi0:0.fileName`, `sata0:1.fileName`, `ide1:0.fileName`, `nvme0:0.fileName`. */
const driveFile = /^(?:scsi|sata|ide|nvme)\d+:\d+\.filename$/

/** A machine (`NAME.vmx`): one `key = "value"` a line. Drives that are not present are none of it. */
export function readVmx(text: string): readonly VmConfig[] | undefined {
  const values = readAssignments(text)
  if (!values.has('config.version') && !values.has('virtualhw.version')) return undefined
  const disks = [...values].flatMap(([key, value]) => {
    if (!driveFile.test(key) || value === '' || value === 'auto detect') return []
    const present = values.get(key.replace(/filename$/, 'present'))?.toLowerCase()
    return present === 'false' ? [] : [value]
  })
  return [{ vm: values.get('displayname') ?? '', disks }]
}

/** The list of known machines (`inventory.vmls`, `vmInventory`): paths of their files. */
export const readVmwareInventory = (text: string): readonly string[] =>
  [...readAssignments(text)].flatMap(([key, value]) =>
    /^vmlist\d+\.config$/.test(key) && value !== '' ? [value] : [],
  )

/** Keys in lower case. `|22` and the like are characters by their code, as VMware writes quotes and bars. */
function readAssignments(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const found = /^\s*([\w.:]+)\s*=\s*(?:"([^"]*)"|(\S*))\s*$/.exec(line)
    if (found?.[1] === undefined) continue
    const value = (found[2] ?? found[3] ?? '').replaceAll(
      /\|([0-9A-Fa-f]{2})/g,
      (_whole, code: string) => String.fromCharCode(Number.parseInt(code, 16)),
    )
    values.set(found[1].toLowerCase(), value)
  }
  return values
}

/** What a VMDK's descriptor names: the files that hold its data, and the disk that it builds on. */
export function readVmdkDescriptor(text: string): {
  readonly extents: readonly string[]
  readonly parent: string | undefined
} {
  const extents = Array.from(
    text.matchAll(/^(?:RW|RDONLY|NOACCESS)\s+\d+\s+\w+\s+"([^"\r\n]+)"/gm),
    ([, name]) => name ?? '',
  )
  const parent = /^parentFileNameHint\s*=\s*"([^"\r\n]+)"/m.exec(text)?.[1]
  return { extents, parent }
}
