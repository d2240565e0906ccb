import type { MessageBoxOptions } from 'electron'
import { describe, expect, it } from 'vitest'
import { questionAbout, Quitting } from '../../../../main/desktop/quitting.ts'

const [background, pause, cancel, stay] = [0, 1, 2, 3] as const

/** An app that ends when it may; `answer` is the button that is pressed. */
function app({ begun = 1, waiting = 0, changing = 0 } = {}) {
  const questions: MessageBoxOptions[] = []
  const ends: string[] = []
  const answers: ((response: number) => void)[] = []
  const quitting: Quitting = new Quitting({
    work: () => ({ begun, waiting, changing }),
    ask: (question) => {
      questions.push(question)
      return new Promise((resolve) => answers.push(resolve))
    },
    quit: () => ends.push(quitting.mayEnd() ? quitting.unfinished : 'asked again'),
    goOnInBackground: () => ends.push('background'),
  })
  const answer = async (response: number): Promise<void> => {
    answers.shift()?.(response)
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
  return { quitting, questions, ends, answer }
}

describe('ending the app', () => {
  it('needs no question when nothing runs or waits', () => {
    const { quitting, questions } = app({ begun: 0 })
    expect(quitting.mayEnd()).toBe(true)
    expect(questions).toEqual([])
  })

  it.each([
    { response: background, becomes: 'background' },
    { response: pause, becomes: 'interrupted' },
    { response: cancel, becomes: 'cancelled' },
  ])('carries out answer $response: $becomes', async ({ response, becomes }) => {
    const { quitting, ends, answer } = app()
    expect(quitting.mayEnd()).toBe(false)
    await answer(response)
    expect(ends).toEqual([becomes])
  })

  it('asks once while the question is open, and again after it was dismissed', async () => {
    const { quitting, questions, ends, answer } = app({ begun: 0, waiting: 2 })
    expect([quitting.mayEnd(), quitting.mayEnd()]).toEqual([false, false])
    expect(questions).toHaveLength(1)
    await answer(stay)
    expect(ends).toEqual([])
    quitting.mayEnd()
    expect(questions).toHaveLength(2)
  })
})

describe('the question', () => {
  it.each([
    [{ begun: 1, waiting: 0, changing: 0 }, 'A job has not ended', 'It only reads'],
    [{ begun: 1, waiting: 0, changing: 1 }, 'A job has not ended', 'It is changing an image.'],
    [{ begun: 1, waiting: 2, changing: 0 }, '3 jobs have not ended', 'They only read'],
    [{ begun: 2, waiting: 2, changing: 1 }, '4 jobs have not ended', 'One of them is changing'],
    [{ begun: 2, waiting: 0, changing: 2 }, '2 jobs have not ended', '2 of them are changing'],
  ])('says how much of %j is under way', (work, message, detail) => {
    const question = questionAbout(work)
    expect(question.message).toBe(message)
    expect(question.detail).toContain(detail)
  })

  it('names what each button does, and Escape changes nothing', () => {
    const { buttons, cancelId } = questionAbout({ begun: 1, waiting: 0, changing: 0 })
    expect(buttons).toEqual([
      'Keep running in background',
      'Pause and quit',
      'Cancel jobs and quit',
      'Stay',
    ])
    expect(cancelId).toBe(stay)
  })
})
