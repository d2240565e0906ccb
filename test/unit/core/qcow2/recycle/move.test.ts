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

const steps = [
  'copying copied',
  'copying cancelled',
  'copied flushed',
  'copied cancelled',
  'flushed referenced',
  'flushed cancelled',
  'referenced done',
]

for (const from of states) {
  for (const to of states) {
    const isStep = steps.includes(`${from} ${to}`)
    it(`a move ${isStep ? 'goes' : 'does not go'} from ${from} to ${to}`, () => {
      const move = new Move(1, 9, 4)
      for (const state of ways[from]) move.become(state)
      const go = () => {
        move.become(to)
      }
      if (isStep) go()
      else expect(go).toThrow(`a move goes from ${from} to ${to}`)
      expect(move.state).toBe(isStep ? to : from)
    })
  }
}
