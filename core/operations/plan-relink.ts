import { throwIfAborted } from '../base/abort.ts'
import { encodeName, printable } from '../base/text.ts'
import { ImageError } from '../errors/image-error.ts'
import type { Environment } from '../image/environment.ts'
import { judgeLink, locateLink, type NamedLink } from '../image/links.ts'
import type { LinkPolicy } from '../image/open-gate.ts'
import { openImage, type OpenedImage } from '../image/open-image.ts'
import { probeFile } from '../image/probe.ts'
import type { OperationContext } from '../progress.ts'
import { planRelay, readFirstCluster } from '../qcow2/amend/relay-header.ts'
import { areaWithBacking } from '../qcow2/amend/backing-header.ts'
import { hasIncompatible } from '../qcow2/format/features.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import { readHeaderArea } from '../qcow2/header-file.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { stampOf } from './image-stamp.ts'
import { locateNew } from './new-image-links.ts'
import type { BackingLink, RelinkPlan, RelinkWarning } from './relink-plan.ts'
import { requireQcow2 } from './require-qcow2.ts'

export interface RelinkOptions extends OperationContext {
  /** Stored as given: a path that is not absolute is relative to the folder of the image. */
  readonly backing: string
  /** Stored too. Default: what the file is by its signature; one without any is refused then. */
  readonly backingFormat?: 'qcow2' | 'raw' | undefined
  /** For what the new backing file names itself; a person named the file. Default `same-folder`. */
  readonly links?: LinkPolicy | undefined
  /** Of the image. Given: never probe. */
  readonly format?: 'qcow2' | 'raw' | undefined
}

/**
 * What naming another backing file would mean, and why the file may not be the right one; changes nothing.
 * Whether the content fits is nowhere on record: the sizes, the dates and the old file are what there is to
 * look at.
 *
 * Throws `relink-no-backing`, `relink-other-format`, `relink-loop`, `relink-no-room`, `names-too-long`,
 * `link-not-a-path`, `file-missing`, what opening the new backing file throws, and what makes the image unreadable.
 */
export async function planRelink(
  environment: Environment,
  path: string,
  { backing: name, backingFormat: wanted, links, format, signal }: RelinkOptions,
): Promise<RelinkPlan> {
  return lookAtLink(environment, path, { format, signal }, async (file, area, before) => {
    const from = environment.paths.resolve('', path)
    const named: NamedLink = { role: 'backing file', name, from }
    const { path: target, exists } = await locateNew(environment, named)
    if (!exists) throw new ImageError('file-missing', { path: target })
    const opened = await openedChain(environment, { target, wanted, links, signal })
    await using _opened = opened
    if (await leadsTo(environment, opened, file))
      throw new ImageError('relink-loop', { path, link: printable(name) })
    const after = { name, format: wanted ?? opened.image.format }
    const looksLike = probeOf(opened.image.file)
    if (after.format === 'raw' && looksLike !== undefined && before.format !== 'raw') {
      const facts = { link: printable(name), expected: 'raw', found: looksLike, format: looksLike }
      throw new ImageError('relink-other-format', { path, ...facts })
    }
    mustFit(file, area, after)
    const facts: LinkFacts = { file, area, before, opened, name, looksLike, links }
    return {
      path,
      before,
      after,
      target,
      virtualSize: area.geometry.virtualSize,
      backingSize: opened.image.virtualSize,
      warnings: [...(await oldFileWarnings(environment, from, facts)), ...warningsOf(facts)],
      stamp: stampOf(file),
    }
  })
}

/**
 * As `planRelink`, to a link that the image once had: what it leads to is not looked at, for it may have been
 * broken then. Throws `undo-changed-since` unless the image names what `from` says.
 */
export async function planRelinkBack(
  environment: Environment,
  path: string,
  { before: to, after: from }: { readonly before: BackingLink; readonly after: BackingLink },
  context: OperationContext,
): Promise<RelinkPlan> {
  return lookAtLink(environment, path, context, async (file, area, present) => {
    if (present.name !== from.name || present.format !== from.format) {
      throw new ImageError('undo-changed-since', {
        field: 'backing file',
        found: linkWords(present),
        expected: linkWords(from),
      })
    }
    const image = environment.paths.resolve('', path)
    const named: NamedLink = { role: 'backing file', name: to.name, from: image }
    mustFit(file, area, to)
    const located = await locateLink(environment, named)
    return {
      path,
      before: present,
      after: to,
      target: located.kind === 'path' ? located.link.target : to.name,
      virtualSize: area.geometry.virtualSize,
      backingSize: undefined,
      warnings: [],
      stamp: stampOf(file),
    }
  })
}

async function lookAtLink(
  environment: Environment,
  path: string,
  { format, signal }: Pick<RelinkOptions, 'format' | 'signal'>,
  look: (file: BlockFile, area: HeaderArea, present: BackingLink) => Promise<RelinkPlan>,
): Promise<RelinkPlan> {
  try {
    throwIfAborted(signal)
    await using file = await environment.openFile(path)
    requireQcow2(file, format, 'relink-no-backing')
    const area = readHeaderArea(file)
    if (hasIncompatible(area.header.incompatibleFeatures, 'corrupt')) {
      throw new ImageError('image-corrupt')
    }
    return await look(file, area, presentLink(area))
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}

/** Throws `relink-no-backing`. */
export function presentLink({ backingName: name, backingFormat: format }: HeaderArea): BackingLink {
  if (name === undefined) throw new ImageError('relink-no-backing')
  return { name, format }
}

/** Throws `relink-no-room` and `names-too-long`. */
function mustFit(file: BlockFile, area: HeaderArea, link: BackingLink): void {
  try {
    planRelay(readFirstCluster(file, area), area, areaWithBacking(area, link))
  } catch (error) {
    if (!(error instanceof ImageError) || error.reason !== 'amend-no-room') throw error
    const found = error.context.found ?? encodeName(link.name).length
    throw new ImageError('relink-no-room', { found }, { cause: error })
  }
}

interface NewBacking {
  readonly target: string
  readonly wanted: 'qcow2' | 'raw' | undefined
  readonly links: LinkPolicy | undefined
  readonly signal: AbortSignal | undefined
}

/** Throws `relink-other-format` when it is not what it is said to be. */
async function openedChain(
  environment: Environment,
  { target, wanted, links, signal }: NewBacking,
): Promise<OpenedImage> {
  if (wanted === 'qcow2') {
    await using file = await environment.openFile(target)
    const found = probeOf(file) ?? 'raw'
    if (found !== 'qcow2') {
      const facts = { link: printable(target), expected: 'qcow2', found, format: found }
      throw new ImageError('relink-other-format', facts)
    }
  }
  return openImage(environment, target, { format: wanted, links, signal })
}

/** The format that a file says it has; undefined where it says none. */
function probeOf(file: BlockFile): string | undefined {
  if (file.size() === 0) return undefined
  const probe = probeFile(file)
  return probe.kind === 'known' && probe.format !== 'raw' ? probe.format : undefined
}

/** Whether an image lies in a chain: under any of its names. */
async function leadsTo(
  environment: Environment,
  { chain }: OpenedImage,
  image: BlockFile,
): Promise<boolean> {
  for (const { path, state } of chain) {
    if (path === undefined) continue
    if (path === image.name) return true
    if (state === 'open' && (await isSameFile(environment, path, image))) return true
  }
  return false
}

async function isSameFile(
  environment: Environment,
  path: string,
  { identity }: BlockFile,
): Promise<boolean> {
  await using other = await environment.openFile(path)
  return (
    identity !== undefined &&
    other.identity?.device === identity.device &&
    other.identity.inode === identity.inode
  )
}

interface LinkFacts {
  readonly file: BlockFile
  readonly area: HeaderArea
  readonly before: BackingLink
  readonly opened: OpenedImage
  readonly name: string
  readonly looksLike: string | undefined
  readonly links: LinkPolicy | undefined
}

function warningsOf({ file, area, opened, name, looksLike }: LinkFacts): RelinkWarning[] {
  const warnings: RelinkWarning[] = []
  const shown = printable(name)
  const { virtualSize } = area.geometry
  const { image, chain } = opened
  if (image.virtualSize < virtualSize) {
    warnings.push({
      kind: 'smaller',
      text: `The disk in ${shown} ends at byte ${image.virtualSize} and this one at ${virtualSize}: between them the guest would read zeroes.`,
    })
  } else if (image.virtualSize > virtualSize) {
    warnings.push({
      kind: 'larger',
      text: `The disk in ${shown} ends at byte ${image.virtualSize} and this one at ${virtualSize}: it may be another disk, or have grown since.`,
    })
  }
  const written = image.file.times()?.modifiedAt
  const last = file.times()?.modifiedAt
  if (written !== undefined && last !== undefined && written > last) {
    warnings.push({
      kind: 'changed-later',
      text: `${shown} was written to after this image last was. What this image holds fits to what was in it before.`,
    })
  }
  if (image.format === 'raw' && looksLike !== undefined) {
    warnings.push({
      kind: 'looks-different',
      text: `${shown} starts like a ${looksLike} image; it is read as raw, as the one before.`,
    })
  }
  const closed = chain.find(({ state }) => state !== 'open')
  if (closed !== undefined) {
    warnings.push({
      kind: 'chain-incomplete',
      text: `${closed.name}, which ${shown} needs, cannot be opened (${closed.state}); what is stored there cannot be read.`,
    })
  }
  return warnings
}

/** A link that is not broken is seldom meant to change. What the gate refuses is not looked for. */
async function oldFileWarnings(
  environment: Environment,
  from: string,
  { before, opened, links = 'same-folder' }: LinkFacts,
): Promise<RelinkWarning[]> {
  const named: NamedLink = { role: 'backing file', name: before.name, from }
  const verdict = await judgeLink(environment, named, links)
  if (verdict.kind === 'closed') return []
  try {
    if (await isSameFile(environment, verdict.path, opened.image.file)) return []
  } catch (error) {
    if (error instanceof ImageError) return []
    throw error
  }
  return [
    {
      kind: 'old-still-there',
      text: `${printable(before.name)}, which the image names now, is there and is another file.`,
    },
  ]
}

const linkWords = ({ name, format }: BackingLink): string =>
  `${printable(name)}${format === undefined ? '' : ` (${printable(format)})`}`
