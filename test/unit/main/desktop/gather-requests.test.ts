import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { mergeRequests, RequestGatherer } from '../../../../main/desktop/gather-requests.ts'
import type { LaunchRequest } from '../../../../main/desktop/launch-request.ts'

const check = (...paths: string[]): LaunchRequest => ({ paths, action: 'check' })
const resize = (...paths: string[]): LaunchRequest => ({ paths, action: 'resize' })
const opened = (...paths: string[]): LaunchRequest => ({ paths })

describe('requests of one moment', () => {
  it('are one where they ask for the same, in the order of the files', () => {
    expect(mergeRequests([check('/a'), check('/b'), resize('/c'), check('/d')])).toEqual([
      check('/a', '/b'),
      resize('/c'),
      check('/d'),
    ])
  })

  it('stay apart where they ask for no action', () => {
    const requests: readonly LaunchRequest[] = [
      opened('/a'),
      opened('/b'),
      { paths: [], command: 'library.newImage' },
    ]
    expect(mergeRequests(requests)).toEqual(requests)
  })
})

describe('gathering', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('opens one dialog for files that are named one by one', () => {
    const open = vi.fn<(request: LaunchRequest) => void>()
    const gatherer = new RequestGatherer(open)
    for (const file of ['/a', '/b', '/c']) {
      gatherer.add(check(file))
      vi.advanceTimersByTime(100)
    }
    expect(open).not.toHaveBeenCalled()
    vi.advanceTimersByTime(300)
    expect(open.mock.calls).toEqual([[check('/a', '/b', '/c')]])
    gatherer.add(check('/d'))
    vi.advanceTimersByTime(300)
    expect(open).toHaveBeenLastCalledWith(check('/d'))
  })

  it('lets files that are only opened through at once, unless others are before them', () => {
    const open = vi.fn<(request: LaunchRequest) => void>()
    const gatherer = new RequestGatherer(open)
    gatherer.add(opened('/a'))
    expect(open).toHaveBeenCalledTimes(1)
    gatherer.add(check('/b'))
    gatherer.add(opened('/c'))
    expect(open).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(300)
    expect(open.mock.calls.slice(1)).toEqual([[check('/b')], [opened('/c')]])
  })
})
