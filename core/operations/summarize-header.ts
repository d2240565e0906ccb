import type { ReadOptions } from '../engine.ts'
import { ImageError } from '../errors/image-error.ts'
import { locateLink } from '../image/links.ts'
import { probeFile, type ProbeResult } from '../image/probe.ts'
import { readHeaderArea } from '../qcow2/header-file.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { describeFlags } from './describe-qcow2.ts'
import type { HeaderSummary, LinkSummary } from './header-summary.ts'
import type { Host } from './host.ts'
import { noHeaderFacts } from './no-header-facts.ts'
import { rawSummary } from './raw-summary.ts'

const fingerprintBytes = 4096

/**
 * The facts of one library row, from a few KiB. Throws only when the file cannot be opened or read at
 * all; whatever its content may be, the summary says it, with `error` set when it is no usable image.
 */
export async function summarizeHeader(
  host: Host,
  path: string,
  { format }: Pick<ReadOptions, 'format'> = {},
): Promise<HeaderSummary> {
  await using file = await host.openFile(path)
  const common = commonFacts(host, file)
  try {
    if (common.fileLength === 0 && format === undefined) {
      throw new ImageError('file-empty', { path: file.name })
    }
    // A raw disk may hold any signature that its guest wrote there.
    if (format === 'raw') return rawSummary(common)
    const probe = probeAs(file, format)
    if (probe.kind === 'unknown') {
      throw new ImageError('unknown-format', { path: file.name, found: probe.found })
    }
    const { label, virtualSize } = probe
    const summary = { ...common, format: probe.format, formatLabel: label, virtualSize }
    if (probe.format === 'raw') return rawSummary(summary)
    if (probe.format !== 'qcow2') return summary
    return await addQcow2Facts(host, file, summary)
  } catch (error) {
    return { ...common, error: ImageError.from(error, { path: file.name }).toJSON() }
  }
}

/** What every file has, whatever is in it. */
function commonFacts(host: Host, file: BlockFile): HeaderSummary {
  const fileLength = file.size()
  const times = file.times()
  const first = new Uint8Array(Math.min(fileLength, fingerprintBytes))
  file.readNow(first, 0, 'header')
  const fingerprint = host.createHasher('sha256')
  fingerprint.update(first)
  return {
    ...noHeaderFacts,
    path: file.name,
    identity: file.identity === undefined ? '' : `${file.identity.device}:${file.identity.inode}`,
    fingerprint: fingerprint.digest(),
    fileLength,
    allocatedBytes: file.allocatedBytes(),
    modifiedAt: times?.modifiedAt ?? 0,
    createdAt: times?.createdAt,
    use: host.readUse(file),
  }
}

/** The given format is believed. */
function probeAs(file: BlockFile, format: 'qcow2' | undefined): ProbeResult {
  const probe = probeFile(file)
  if (format === 'qcow2' && (probe.kind === 'unknown' || probe.format !== 'qcow2')) {
    return { kind: 'known', format: 'qcow2', label: 'qcow2', virtualSize: undefined }
  }
  return probe
}

async function addQcow2Facts(
  host: Host,
  file: BlockFile,
  summary: HeaderSummary,
): Promise<HeaderSummary> {
  try {
    const area = readHeaderArea(file)
    const { header, geometry } = area
    return {
      ...summary,
      virtualSize: geometry.virtualSize,
      clusterSize: geometry.clusterSize,
      refcountBits: geometry.refcountBits,
      ...describeFlags(area),
      encryption: area.encryption,
      snapshotCount: header.snapshotCount,
      bitmapCount: area.bitmaps?.count ?? 0,
      backing: await describeLink(host, file.name, 'backing file', area.backingName),
      dataFile: await describeLink(host, file.name, 'data file', area.dataFileName),
    }
  } catch (error) {
    // The format and the size it claims are still worth a look in the row.
    return { ...summary, error: ImageError.from(error, { path: file.name }).toJSON() }
  }
}

async function describeLink(
  host: Host,
  from: string,
  role: 'backing file' | 'data file',
  name: string | undefined,
): Promise<LinkSummary | undefined> {
  if (name === undefined) return undefined
  const located = await locateLink(host, { role, name, from })
  if (located.kind === 'not-a-path') {
    return { name: located.name, state: 'not-a-path', target: undefined }
  }
  const { link, exists } = located
  const state = !link.inFolder ? 'outside' : exists ? 'present' : 'missing'
  return { name: link.name, state, target: link.target }
}
