import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { readStart } from './read-start.ts'
import { readVmdkDescriptor } from './vmware.ts'

/** A chain of VMDKs is as deep as it has snapshots; a machine with more files than this has none of ours. */
const mostFiles = 1_000
const descriptorLimit = 64 * 1024
const sectorSize = 512

/**
 * The files a machine needs, absolute: as its configuration names them and, where a symbolic link leads
 * elsewhere, as they really lie. VMDK descriptors name more files; no other format is opened.
 *
 * @param mayRead Whether a file may be opened; what may not be is named all the same.
 */
export async function namedFiles(
  disks: readonly string[],
  folder: string,
  mayRead: (file: string) => Promise<boolean>,
): Promise<readonly string[]> {
  const files = new Set<string>()
  const ahead = disks.slice(0, mostFiles).map((disk) => path.resolve(folder, disk))
  for (let file = ahead.shift(); file !== undefined; file = ahead.shift()) {
    if (files.has(file) || files.size >= mostFiles) continue
    files.add(file)
    const real = await realpath(file).catch(() => undefined)
    if (real === undefined) continue
    files.add(real)
    if (!file.toLowerCase().endsWith('.vmdk') || !(await mayRead(file))) continue
    const { extents, parent } = readVmdkDescriptor(await descriptorText(file))
    const beside = path.dirname(file)
    ahead.push(...extents.map((name) => path.resolve(beside, name)))
    if (parent !== undefined) ahead.push(path.resolve(beside, parent))
  }
  return [...files]
}

/**
 * A descriptor of its own, or the one inside of a sparse extent, whose header (`KDMV`) has offset and length of
 * it in sectors at byte 28 and 36 (VMware's Virtual Disk Format 5.0). Empty for anything else.
 */
async function descriptorText(file: string): Promise<string> {
  try {
    const head = await readStart(file, descriptorLimit)
    if (head === undefined) return ''
    if (head.toString('latin1', 0, 4) !== 'KDMV') {
      const isText = /^#\s*Disk DescriptorFile/i.test(head.toString('latin1', 0, 64))
      return isText ? head.toString('utf8') : ''
    }
    if (head.length < 44) return ''
    const at = Number(head.readBigUInt64LE(28)) * sectorSize
    const length = Math.min(Number(head.readBigUInt64LE(36)) * sectorSize, descriptorLimit)
    if (!Number.isSafeInteger(at) || at === 0) return ''
    const inside = await readStart(file, length, at)
    return inside?.toString('utf8').replace(/\0[^]*$/, '') ?? ''
  } catch {
    // Gone or not to be read: what it would name is not known, as for every file that cannot be opened.
    return ''
  }
}
