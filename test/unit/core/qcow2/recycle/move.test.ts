import { expect, it } from 'vitest'
import { Move, type MoveState } from '../../../../../core/qcow2/recycle/move.ts'

const states: readonly MoveState[] = [
  'copying',
  'copied',
  'flushed',
  'referenced',
  'done',
  'cancelled',
]

/** How a move gets to each state. */
const ways: Readonly<Record<MoveState, readonly MoveState[]>> = {
  copying: [],
  copied: ['copied'],
  flushed: ['copied', 'flushed'],
  referenced: ['copied', 'flushed', 'referenced'],
  done: ['copied', 'flushed', 'referenced', 'done'],
  cancelled: ['cancelled'],
}

const steps: ReadonlySet<string> = new Set([
  'copying copied',
  'copying cancelled',
  'copied flushed',
  'copied cancelled',
  'flushed referenced',
  'flushed cancelled',
  'referenced done',
])

const pairs = states.flatMap((from) => states.map((to) => ({ from, to })))
const isStep = ({ from, to }: { readonly from: MoveState; readonly to: MoveState }) =>
  steps.has(`${from} ${to}`)

function moveIn(state: MoveState): Move {
  const move = new Move(1, 9, 4)
  for (const step of ways[state]) move.become(step)
  return move
}

it.each(pairs.filter(isStep))('a move goes from $from to $to', ({ from, to }) => {
  const move = moveIn(from)
  move.become(to)
  expect(move.state).toBe(to)
})

it.each(pairs.filter((pair) => !isStep(pair)))(
  'a move does not go from $from to $to',
  ({ from, to }) => {
    const move = moveIn(from)
    expect(() => {
      move.become(to)
    }).toThrow(`a move goes from ${from} to ${to}`)
    expect(move.state).toBe(from)
  },
)
