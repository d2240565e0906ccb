/**
 * The line of the command line that does what a job did: word by word what someone would type, so that the history
 * afterwards says the same. Undefined where no line does, or where the record does not tell all that was typed.
 */
import { isChange, type ChangeRequest } from '../../../ipc/schemas/change.ts'
import type { Job } from '../../../ipc/schemas/job.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { unreachable } from '../../unreachable.ts'

type Parameters = ChangeRequest['parameters']

export function commandOf({
  request,
  imagePath,
  treatedAsRaw,
}: Pick<Job, 'request' | 'imagePath' | 'treatedAsRaw'>): readonly string[] | undefined {
  const format = formatOf({ treatedAsRaw })
  if (isChange(request)) return changeCommand(request, imagePath, format)
  switch (request.kind) {
    case 'check':
      return platter('check', { ...format, deep: request.depth === 'full' }, [imagePath])
    case 'hash':
      return platter(
        'sha',
        { ...format, ...algorithmOf(request), file: request.target === 'file' },
        [imagePath],
      )
    case 'map':
      return platter('map', format, [imagePath])
    default:
      return unreachable(request)
  }
}

/** What looks at images, in a line about one of which a person said what it is. */
export const infoCommand = (images: readonly Pick<LibraryRow, 'path' | 'treatedAsRaw'>[]) =>
  platter(
    'info',
    images.length > 0 && images.every(({ treatedAsRaw }) => treatedAsRaw === true)
      ? formatOf({ treatedAsRaw: true })
      : {},
    images.map(({ path }) => path),
  )

const formatOf = ({ treatedAsRaw }: { readonly treatedAsRaw?: boolean | undefined }): Parameters =>
  treatedAsRaw === true ? { format: 'raw' } : {}

const algorithmOf = ({ algorithm }: { readonly algorithm: string }): Parameters =>
  algorithm === 'sha256' ? {} : { algorithm }

function changeCommand(
  { kind, parameters }: ChangeRequest,
  imagePath: string,
  format: Parameters,
): readonly string[] | undefined {
  switch (kind) {
    case 'create': {
      // The window names the new file among its parameters; the command line does not.
      const { path: _, ...options } = parameters
      return platter('create', options, [imagePath])
    }
    case 'resize': {
      const { keepCut, ...options } = parameters
      return platter(
        'resize',
        { ...format, ...options, ...kept('keepCut', keepCut, `${imagePath}.cut`) },
        [imagePath],
      )
    }
    case 'repair':
    case 'amend':
    case 'discard':
    case 'pattern':
      return platter(kind, { ...format, ...parameters }, [imagePath])
    case 'compact': {
      const { mode, ...options } = parameters
      // The command line has a verb of its own for what only frees clusters.
      return mode === 'zeroes'
        ? platter('discard', { ...format, ...options }, [imagePath])
        : platter('compact', { ...format, ...parameters }, [imagePath])
    }
    case 'snapshot':
      return snapshotCommand(parameters, imagePath)
    case 'relink': {
      const { backing, ...options } = parameters
      return typeof backing === 'string'
        ? platter('relink', options, [imagePath, backing])
        : undefined
    }
    case 'undo': {
      const { id, ...options } = parameters
      // What the window undoes can be in its undo store, of which the command line knows nothing.
      return options['apply'] === true
        ? platter('undo', options, [imagePath, ...(typeof id === 'string' ? [id] : [])])
        : undefined
    }
    case 'encode':
    case 'decode':
    case 'stream-decode':
    case 'dehydrate':
    case 'rehydrate':
    case 'write':
      // They have another file, which the record does not name.
      return undefined
    case 'rename':
    case 'move':
    case 'trash':
    case 'remove':
      // The library's own work: there is no verb for it.
      return undefined
    default:
      return unreachable(kind)
  }
}

function snapshotCommand(
  { action, name, newName, keep, ...options }: Parameters,
  imagePath: string,
): readonly string[] | undefined {
  if (typeof action !== 'string' || typeof name !== 'string') return undefined
  const words = [imagePath, action, name, ...(typeof newName === 'string' ? [newName] : [])]
  return platter('snapshot', { ...options, ...kept('keep', keep, `${imagePath}.kept`) }, words)
}

/** The window keeps things in its undo store; on the command line one names a file. */
const kept = (name: string, value: Parameters[string] | undefined, beside: string): Parameters => {
  if (typeof value === 'string') return { [name]: value }
  return value === true ? { [name]: beside } : {}
}

const platter = (
  verb: string,
  options: Parameters,
  operands: readonly string[],
): readonly string[] => [
  'platter',
  verb,
  ...optionWords(options),
  // After the two hyphens nothing is an option, whatever it begins with.
  ...(operands.some((operand) => operand.startsWith('-')) ? ['--'] : []),
  ...operands,
]

/** True unless they are said to be off; of the others "no" is the same as not saying anything. */
const offSwitches: ReadonlySet<string> = new Set(['verify'])

/** Options as the command line takes them. */
export function optionWords(parameters: Parameters): readonly string[] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    const option = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    if (value === true) return offSwitches.has(name) ? [] : [`--${option}`]
    if (value === false) return offSwitches.has(name) ? [`--no-${option}`] : []
    const values = typeof value === 'object' ? value : [String(value)]
    return values.flatMap((each) =>
      each.startsWith('-') ? [`--${option}=${each}`] : [`--${option}`, each],
    )
  })
}
