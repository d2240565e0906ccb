/** Jumping to a name by typing its beginning. */
export interface TypeAheadState {
  readonly typed: string
  /** Milliseconds; when the last character came. */
  readonly at: number
}

export const nothingTyped: TypeAheadState = { typed: '', at: Number.NEGATIVE_INFINITY }

/** Milliseconds after which the next character begins a new word. */
const pause = 700

/** Something is being typed, so that a space belongs to it. */
export const isTyping = ({ typed, at }: TypeAheadState, now: number): boolean =>
  typed !== '' && now - at < pause

export function typeCharacter(
  state: TypeAheadState,
  character: string,
  now: number,
): TypeAheadState {
  const before = isTyping(state, now) ? state.typed : ''
  return { typed: before + character.toLowerCase(), at: now }
}

/** The index of the name that was typed, looking on from `from` and round; undefined for none. */
export function findTyped(
  names: readonly { readonly name: string }[],
  typed: string,
  from: number,
): number | undefined {
  // The same letter again and again goes through the names that begin with it.
  const repeated = typed === typed.slice(0, 1).repeat(typed.length)
  const wanted = repeated ? typed.slice(0, 1) : typed
  const start = repeated ? from + 1 : Math.max(from, 0)
  for (let step = 0; step < names.length; step += 1) {
    const index = (start + step) % names.length
    if (names[index]?.name.toLowerCase().startsWith(wanted) === true) return index
  }
  return undefined
}
