import { stat } from 'node:fs/promises'
import path from 'node:path'
import { errnoOf } from '../images/look-at-file.ts'
import { leadsInto } from '../images/real-files.ts'
import { findConfigs } from './find-configs.ts'
import type { Place } from './known-places.ts'
import { readLibvirtDomain } from './libvirt.ts'
import { readLima } from './lima.ts'
import { namedFiles } from './named-files.ts'
import { readQuickemu } from './quickemu.ts'
import { readStart } from './read-start.ts'
import { isMachine, longestConfig, SharedConfig, type MachineConfig } from './shared-config.ts'
import { readUtm } from './utm.ts'
import { readVirtualBoxMachine } from './virtualbox.ts'
import type { VmConfig, VmSource } from './vm-config.ts'
import type { ReadConfig, ReadPlace, ReadVm, ReadVmsInput } from './vm-tasks.ts'
import { readVmx } from './vmware.ts'

const longestName = 200

interface ListedPlace {
  readonly place: Place
  readonly machines: readonly MachineConfig[]
  readonly errno: string | undefined
}

/**
 * Reads the configurations in places, as files: no program is asked, none is started. What has the stamp that is
 * known is not read again.
 */
export async function readVms(
  { places, known, roots }: ReadVmsInput,
  signal: AbortSignal,
): Promise<readonly ReadPlace[]> {
  const shared = new SharedConfig()
  const mayRead = (file: string): Promise<boolean> => leadsInto(roots, file)
  const listed: ListedPlace[] = []
  for (const place of places) {
    if (place.source === undefined && !(await mayRead(place.path))) {
      listed.push({ place, machines: [], errno: undefined })
      continue
    }
    const { configs, errno } = await findConfigs(place, signal)
    const machines: MachineConfig[] = []
    for (const config of configs) {
      if (isMachine(config)) machines.push(config)
      else machines.push(...(await shared.take(config)))
    }
    listed.push({ place, machines, errno })
  }
  // After all that is shared: a machine may name a pool that another place describes.
  const results: ReadPlace[] = []
  for (const { place, machines, errno } of listed) {
    const configs = new Map<string, ReadConfig>()
    for (const machine of machines) {
      signal.throwIfAborted()
      const read = await readMachine(machine, { shared, known, mayRead })
      if (read !== undefined) configs.set(machine.file, read)
    }
    results.push({ place, configs, errno })
  }
  return results
}

interface ReadingOptions {
  readonly shared: SharedConfig
  readonly known: ReadonlyMap<string, string>
  readonly mayRead: (file: string) => Promise<boolean>
}

/** Undefined: there is no such file, or it is another program's. */
async function readMachine(
  { file, means: source }: MachineConfig,
  { shared, known, mayRead }: ReadingOptions,
): Promise<ReadConfig | undefined> {
  let stamp = ''
  const unread = (errno: string): ReadConfig => ({ stamp, vms: [], errno })
  try {
    const { mtimeMs, size, ino } = await stat(file)
    const isShared = source === 'libvirt' || source === 'virtualbox'
    stamp = `${mtimeMs}:${size}:${ino}:${isShared ? shared.stamp : ''}`
    if (known.get(file) === stamp) return { stamp, vms: undefined, errno: undefined }
    if (size > longestConfig) return unread('EFBIG')
    const text = (await readStart(file, longestConfig))?.toString('utf8')
    if (text === undefined) return undefined
    const read = readers[source](text, file, shared)
    // A .conf is anybody's; the others can only be what they are named as.
    if (read === undefined) return source === 'quickemu' ? undefined : unread('EINVAL')
    const vms: ReadVm[] = []
    for (const { vm, disks } of read) {
      const files = await namedFiles(disks, path.dirname(file), mayRead)
      vms.push({ source, vm: nameOf(vm, file), config: file, files })
    }
    return { stamp, vms, errno: undefined }
  } catch (error) {
    const errno = errnoOf(error)
    return errno === 'ENOENT' || errno === 'ENOTDIR' ? undefined : unread(errno)
  }
}

const readers: Readonly<
  Record<
    VmSource,
    (text: string, file: string, shared: SharedConfig) => readonly VmConfig[] | undefined
  >
> = {
  libvirt: (text, _file, { pools }) => readLibvirtDomain(text, pools),
  virtualbox: (text, file, { media }) => readVirtualBoxMachine(text, file, media),
  vmware: readVmx,
  utm: readUtm,
  lima: readLima,
  quickemu: readQuickemu,
}

/** Names come from files: short enough to show, and without characters that would rearrange a line. */
function nameOf(vm: string, file: string): string {
  const name = vm === '' ? path.basename(file, path.extname(file)) : vm
  return name.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd').slice(0, longestName)
}
