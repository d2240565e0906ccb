import { throwIfAborted } from '../base/abort.ts'
import { printable } from '../base/text.ts'
import { ImageError } from '../errors/image-error.ts'
import type { Environment } from '../image/environment.ts'
import { locateLink, type NamedLink } from '../image/links.ts'
import { openImage, type OpenedImage } from '../image/open-image.ts'
import { probeFile } from '../image/probe.ts'
import type { CreateQcow2Options, NewBackingFile } from './create-options.ts'
import type { CreateWarning } from './create-plan.ts'

/** The backing file of an image that is to be made, open and found fit. */
export interface FoundBackingFile {
  readonly path: string
  readonly opened: OpenedImage
  readonly warnings: readonly CreateWarning[]
}

/**
 * Opens what the new image at `from` is to read through. A person named it, so no policy is asked; what
 * it names itself is opened by policy. Throws what opening an image throws, `link-not-a-path`,
 * `link-missing`, and `chain-loop` when its chain leads to the very file that is to be made.
 */
export async function openNewBacking(
  environment: Environment,
  from: string,
  { name, format }: NewBackingFile,
  { links, signal }: Pick<CreateQcow2Options, 'links'> & { readonly signal?: AbortSignal },
): Promise<FoundBackingFile> {
  throwIfAborted(signal)
  const named: NamedLink = { role: 'backing file', name, from }
  const { path, exists } = await locateNew(environment, named)
  if (!exists) throw linkError('link-missing', named)
  const opened = await openImage(environment, path, { format, links, signal })
  try {
    if (opened.chain.some((link) => link.path === from)) throw linkError('chain-loop', named)
    return { path, opened, warnings: warningsOf(opened, name, format) }
  } catch (error) {
    await opened.close()
    throw error
  }
}

/**
 * What a name in the new image will mean. Throws `link-not-a-path` for names that QEMU would take for a
 * protocol, and for those that no image can hold.
 */
export async function locateNew(
  environment: Environment,
  named: NamedLink,
): Promise<{ readonly path: string; readonly exists: boolean }> {
  const located = await locateLink(environment, named)
  // Half a surrogate pair has no UTF-8: another name would stand in the image.
  const isName = located.kind === 'path' && named.name.isWellFormed()
  if (!isName) throw linkError('link-not-a-path', named)
  return { path: located.link.target, exists: located.exists }
}

function warningsOf(
  { image, chain }: OpenedImage,
  name: string,
  format: NewBackingFile['format'],
): CreateWarning[] {
  const warnings: CreateWarning[] = []
  const probe = image.file.size() === 0 ? undefined : probeFile(image.file)
  if (format === 'raw' && probe?.kind === 'known' && probe.format !== 'raw') {
    warnings.push({
      kind: 'backing-looks-different',
      text: `${printable(name)} starts like a ${probe.label} image. As a raw backing file the guest sees the bytes of that file, not the disk in it.`,
    })
  }
  const closed = chain.find(({ state }) => state !== 'open')
  if (closed !== undefined) {
    warnings.push({
      kind: 'backing-chain-incomplete',
      text: `${closed.name}, which ${printable(name)} needs, cannot be opened (${closed.state}); what is stored there cannot be read.`,
    })
  }
  return warnings
}

const linkError = (
  reason: 'link-missing' | 'link-not-a-path' | 'chain-loop',
  { role, name, from }: NamedLink,
) => new ImageError(reason, { path: from, link: printable(name), structure: role })
