import { breather } from '../base/abort.ts'
import type { Codecs } from '../image/codec.ts'
import type { DiskImage } from '../image/disk-image.ts'
import type { OperationContext } from '../progress.ts'
import { L1_ENTRY_BYTES } from '../qcow2/format/constants.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import { L1Table, type TablePlace } from '../qcow2/l1-table.ts'
import { Qcow2Image } from '../qcow2/qcow2-image.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { contentSource, sourceFrom, type ByteSource } from './byte-source.ts'
import { digestOf } from './digest.ts'
import type { Host } from './host.ts'
import { proofHasher, type ProofDigest } from './proof-digest.ts'

/** What one state of a disk holds, as a digest. */
export interface StateDigest {
  /** Of the snapshot; undefined: the active state. */
  readonly snapshot: { readonly id: string; readonly name: string } | undefined
  /** Of the state's content, lower-case hexadecimal; what of it is hashed, `ProofDigest` says. */
  readonly sha256: string
  /** Bytes of the disk in that state. */
  readonly bytes: number
  /** SHA-256 of the VM state that a snapshot has with it. */
  readonly vmStateSha256: string | undefined
}

/** An image whose files somebody else keeps open, and still. */
export interface ProvedImage {
  readonly file: BlockFile
  readonly area: HeaderArea
  readonly dataFile: BlockFile | undefined
  readonly backing: DiskImage | undefined
  readonly codecs: Codecs
}

/** Progress of a proof is told under this name, over all states together. */
export interface ProofContext extends OperationContext {
  readonly phase: string
  /** Of the content of disks; VM states have a SHA-256 of all bytes. Default `sha256`. */
  readonly proofDigest?: ProofDigest
}

/**
 * The digest of what a guest sees in the active state, then in every snapshot, through the backing chain.
 * States that share all their tables are read once. Of an encrypted image it is the digest of what is
 * stored: where the same ciphertext stands in the same place of the disk, the same content does.
 *
 * Throws what reading through the chain throws, for a part that cannot be read cannot be compared.
 */
export async function digestStates(
  host: Pick<Host, 'createHasher'>,
  parts: ProvedImage,
  { phase, proofDigest = 'sha256', signal, pause, onProgress }: ProofContext,
): Promise<readonly StateDigest[]> {
  // As a whole: the reader refuses an encrypted layer, since its bytes are no content.
  const area: HeaderArea = { ...parts.area, encryption: 'none' }
  // Closes nothing: the files are others'.
  const image = new Qcow2Image({ ...parts, area })
  const states = statesOf(image)
  const twins = await firstTwins(image, states, host, { signal, pause })
  const sources = states.map(({ view, vmState }, index) => ({
    disk: twins[index] === index ? contentSource(view) : undefined,
    vmState: vmState && sourceFrom(contentSource(vmState.image), vmState.from),
  }))
  const total = sources.reduce(
    (sum, { disk, vmState }) => sum + (disk?.length ?? 0) + (vmState?.length ?? 0),
    0,
  )

  let done = 0
  const digest = async (source: ByteSource, kind: ProofDigest): Promise<string> => {
    const before = done
    const sha256 = await digestOf(source, proofHasher(host, kind), {
      signal,
      pause,
      onProgress: (progress) =>
        onProgress?.({ phase, done: before + progress.done, total, unit: 'bytes' }),
    })
    done += source.length
    return sha256
  }
  const digests: StateDigest[] = []
  for (const [index, { snapshot, view }] of states.entries()) {
    const { disk, vmState } = sources[index] ?? {}
    const twin = digests[twins[index] ?? index]
    const sha256 = twin?.sha256 ?? (await digest(disk ?? contentSource(view), proofDigest))
    const vmStateSha256 = vmState && (await digest(vmState, 'sha256'))
    digests.push({ snapshot, sha256, bytes: view.virtualSize, vmStateSha256 })
  }
  return digests
}

interface State {
  readonly snapshot: StateDigest['snapshot']
  readonly view: DiskImage
  readonly vmState: ReturnType<Qcow2Image['vmStateOf']>
  readonly l1: TablePlace
}

function statesOf(image: Qcow2Image): readonly State[] {
  const { l1TableOffset, l1Size } = image.area.header
  const active: State = {
    snapshot: undefined,
    view: image,
    vmState: undefined,
    l1: { offset: l1TableOffset, entries: l1Size },
  }
  const snapshots = image.snapshots().map((entry): State => {
    const { id, name } = entry
    const l1 = { offset: entry.l1TableOffset, entries: entry.l1Size }
    const vmState = image.vmStateOf(entry)
    return { snapshot: { id, name }, view: image.atSnapshot(entry), vmState, l1 }
  })
  return [active, ...snapshots]
}

/**
 * For each state the first one with the same size and the same tables. What an L1 table refers to decides
 * all that is read through it; its flags do not, and neither does what maps a VM state.
 */
async function firstTwins(
  { file, geometry }: Qcow2Image,
  states: readonly State[],
  { createHasher }: Pick<Host, 'createHasher'>,
  { signal, pause }: OperationContext,
): Promise<readonly number[]> {
  if (states.length === 1) return [0]
  const breathe = breather(signal, { pause })
  const known = new Map<string, number>()
  const twins: number[] = []
  for (const [index, { view, l1: place }] of states.entries()) {
    const l1 = new L1Table(file, place)
    const hasher = createHasher('sha256')
    const needed = Math.ceil(view.virtualSize / geometry.l2Coverage)
    for (let from = 0; from < needed; from += hashedEntries) {
      const count = Math.min(hashedEntries, needed - from)
      const offsets = Float64Array.from({ length: count }, (_, at) => l1.l2OffsetAt(from + at))
      hasher.update(new Uint8Array(offsets.buffer))
      const turn = breathe()
      if (turn !== undefined) await turn
    }
    const key = `${view.virtualSize} ${hasher.digest()}`
    const twin = known.get(key) ?? index
    known.set(key, twin)
    twins.push(twin)
  }
  return twins
}

const hashedEntries = (64 * 1024) / L1_ENTRY_BYTES

/** Every state that is not what it was, by the name of its snapshot. */
export function differences(
  before: readonly StateDigest[],
  after: readonly StateDigest[],
): readonly string[] {
  const names: string[] = []
  for (let index = 0; index < Math.max(before.length, after.length); index++) {
    const [old, now] = [before[index], after[index]]
    const isSame =
      old?.sha256 === now?.sha256 &&
      old?.bytes === now?.bytes &&
      old?.vmStateSha256 === now?.vmStateSha256 &&
      sameSnapshot(old, now)
    if (isSame) continue
    const { snapshot } = old ?? now ?? {}
    names.push(snapshot === undefined ? 'the present state' : `the snapshot "${snapshot.name}"`)
  }
  return names
}

const sameSnapshot = (old: StateDigest | undefined, now: StateDigest | undefined): boolean =>
  old?.snapshot?.id === now?.snapshot?.id && old?.snapshot?.name === now?.snapshot?.name
