import { UsageError } from '../usage-error.ts'
import { parseSize } from './size.ts'

/**
 * What stands in `-o key=value,key=value`, as qemu-img takes it: a comma inside a value is written twice, and
 * a key alone means `on`. Of a key that is given twice the last one counts. What cannot be read throws
 * UsageError, in the words of `-o`.
 */
export class QemuOptions<Key extends string> {
  readonly #values = new Map<Key, string>()

  /** Throws UsageError for a key that is not among `known`. */
  constructor(lists: readonly string[], known: readonly Key[]) {
    for (const piece of lists.flatMap(piecesOf)) {
      const at = piece.indexOf('=')
      const name = at === -1 ? piece : piece.slice(0, at)
      const key = known.find((each) => each === name)
      if (key === undefined) throw unknownKey(name, known)
      this.#values.set(key, at === -1 ? 'on' : piece.slice(at + 1))
    }
  }

  text(key: Key): string | undefined {
    return this.#values.get(key)
  }

  size(key: Key): number | undefined {
    const value = this.#values.get(key)
    return value === undefined ? undefined : parseSize(value)
  }

  onOff(key: Key): boolean | undefined {
    const value = this.#values.get(key)
    if (value === undefined) return undefined
    if (['on', 'yes', 'true', 'y'].includes(value)) return true
    if (['off', 'no', 'false', 'n'].includes(value)) return false
    throw new UsageError(`-o ${key}=${value}: expected on or off.`)
  }

  choice<Choice extends string>(key: Key, choices: readonly Choice[]): Choice | undefined {
    const value = this.#values.get(key)
    if (value === undefined) return undefined
    const choice = choices.find((each) => each === value)
    if (choice !== undefined) return choice
    throw new UsageError(`-o ${key}=${value}: expected ${choices.join(', ')}.`)
  }
}

/**
 * Of one thing that was said in two ways, as an option of its own and with `-o`. Throws UsageError when the
 * two differ: nobody should guess.
 */
export function same<Value>(
  name: string,
  one: Value | undefined,
  other: Value | undefined,
): Value | undefined {
  if (one !== undefined && other !== undefined && one !== other) {
    throw new UsageError(`--${name} is said twice, and not the same: give it once.`)
  }
  return one ?? other
}

/** Between single commas; double ones are one that belongs to the value. */
function piecesOf(list: string): string[] {
  const pieces: string[] = []
  let piece = ''
  for (let at = 0; at < list.length; at++) {
    const letter = list.charAt(at)
    if (letter !== ',') {
      piece += letter
    } else if (list.charAt(at + 1) === ',') {
      piece += ','
      at++
    } else {
      pieces.push(piece)
      piece = ''
    }
  }
  return [...pieces, piece].filter((each) => each !== '')
}

function unknownKey(name: string, known: readonly string[]): UsageError {
  const reason = notOffered.find(([pattern]) => pattern.test(name))?.[1]
  return new UsageError(
    `-o ${name}: ${reason ?? 'there is no such option'}. Known are ${known.join(', ')}.`,
  )
}

const notOffered = [
  [/^encrypt/, 'Platter makes no encrypted images'],
  [/^nocow$/, 'that is an attribute of Btrfs alone; "chattr +C" on the folder does the same'],
] as const
