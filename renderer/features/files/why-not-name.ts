import { useLibrary } from '../../state/library.ts'
import { texts } from '../../texts/texts.ts'
import { unreachable } from '../../unreachable.ts'
import { fileNameFault, joinPath } from './new-path.ts'

export interface NamedImage {
  readonly id: number
  readonly name: string
  readonly location: string
}

/** Why the image cannot get this name, as far as the library knows; the plan looks at the disk. */
export function useWhyNotName(image: NamedImage, name: string): string | undefined {
  const path = joinPath(image.location, name)
  const isTaken = useLibrary(({ rows }) =>
    [...rows.values()].some((other) => other.id !== image.id && other.path === path),
  )
  const words = texts().files.path
  const fault = fileNameFault(name, image.name)
  switch (fault) {
    case undefined:
      return isTaken ? words.taken(name) : undefined
    case 'empty':
    case 'same':
    case 'separator':
    case 'reserved':
      return words[fault]
    case 'too-long':
      return words.tooLong
    default:
      return unreachable(fault)
  }
}
