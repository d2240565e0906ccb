import path from 'node:path'
import type { VmConfig } from './vm-config.ts'

/** Assignments of a quickemu configuration that name a file it uses as a disk. */
const fileKeys: ReadonlySet<string> = new Set(['disk_img', 'iso', 'fixed_iso', 'img'])

/**
 * A machine of quickemu (`NAME.conf`), a shell script of assignments. It is read, never run: a value with a
 * variable or a command in it says nothing here. Names are relative to where quickemu is started, which is the
 * folder of the configuration unless somebody goes out of the way.
 */
export function readQuickemu(text: string, file: string): readonly VmConfig[] | undefined {
  const values = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const found = /^\s*(\w+)=(?:"([^"$`\\]*)"|'([^']*)'|([^\s"'$`\\;#]*))\s*(?:#.*)?$/.exec(line)
    if (found?.[1] !== undefined) values.set(found[1], found[2] ?? found[3] ?? found[4] ?? '')
  }
  if (!values.has('disk_img') || !values.has('guest_os')) return undefined
  const disks = [...values].flatMap(([key, value]) =>
    fileKeys.has(key) && value !== '' ? [value] : [],
  )
  return [{ vm: path.basename(file, '.conf'), disks }]
}
