import { describe, expect, it } from 'vitest'
import { breather } from '../../../../core/base/abort.ts'
import { PauseSwitch } from '../../../../core/base/pause-switch.ts'

describe('PauseSwitch', () => {
  it('holds an operation at its next turn until it is resumed', async () => {
    const steps: string[] = []
    const pause = new PauseSwitch(() => {
      steps.push('stands')
      expect(pause.isStanding).toBe(true)
      pause.resume()
    })
    const breathe = breather(undefined, { everyMs: 0, pause })
    await breathe()
    steps.push('first turn')
    pause.pause()
    await breathe()
    steps.push('second turn')
    expect(steps).toEqual(['first turn', 'stands', 'second turn'])
    expect(pause.isStanding).toBe(false)
  })

  it('lets a cancel end a pause', async () => {
    const cancel = new AbortController()
    const pause = new PauseSwitch(() => {
      cancel.abort()
    })
    pause.pause()
    await expect(pause.untilResumed(cancel.signal)).rejects.toMatchObject({ reason: 'cancelled' })
    expect(pause.isStanding).toBe(false)
  })

  it('stays paused when it is paused again at the moment it is resumed', async () => {
    let stands = 0
    const pause = new PauseSwitch(() => {
      stands++
    })
    pause.pause()
    let isDone = false
    const done = pause.untilResumed(undefined).then(() => {
      isDone = true
      return isDone
    })
    pause.resume()
    pause.pause()
    await Promise.resolve()
    await Promise.resolve()
    expect(isDone).toBe(false)
    pause.resume()
    expect(await done).toBe(true)
    expect(stands).toBe(1)
  })

  it('is over for those who wait without a signal once its own signal is aborted', async () => {
    const cancel = new AbortController()
    const pause = new PauseSwitch(undefined, cancel.signal)
    pause.pause()
    const waiting = pause.untilResumed(undefined)
    expect(pause.isStanding).toBe(true)
    cancel.abort()
    await waiting
    expect(pause.isPaused).toBe(false)
    pause.pause()
    await pause.untilResumed(undefined)
  })
})
