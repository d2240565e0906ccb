import { UsageError } from '../usage-error.ts'

/**
 * What stands in `-o key=value,key=value`, as qemu-img takes it: a comma inside a value is written twice, and
 * a key alone means `on`. Of a key that is given twice the last one counts. Throws UsageError for a key
 * that is not among `known`.
 */
export function parseQemuOptions<Key extends string>(
  lists: readonly string[],
  known: readonly Key[],
): ReadonlyMap<Key, string> {
  const found = new Map<Key, string>()
  for (const list of lists) {
    for (const piece of piecesOf(list)) {
      const at = piece.indexOf('=')
      const name = at === -1 ? piece : piece.slice(0, at)
      const key = known.find((each) => each === name)
      if (key === undefined) throw unknownKey(name, known)
      found.set(key, at === -1 ? 'on' : piece.slice(at + 1))
    }
  }
  return found
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

/** `on` and `off`, as qemu-img has them. Throws UsageError. */
export function parseOnOff(key: string, value: string): boolean {
  if (['on', 'yes', 'true', 'y'].includes(value)) return true
  if (['off', 'no', 'false', 'n'].includes(value)) return false
  throw new UsageError(`-o ${key}=${value}: expected on or off.`)
}

/** One of some words. Throws UsageError. */
export function parseChoice<Choice extends string>(
  key: string,
  value: string,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((each) => each === value)
  if (choice !== undefined) return choice
  throw new UsageError(`-o ${key}=${value}: expected ${choices.join(', ')}.`)
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
