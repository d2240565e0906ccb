import { beforeEach, describe, expect, it } from 'vitest'
import { revealImages, revealOpened } from '../../../renderer/features/library/reveal-images.ts'
import { showInspectorTab, usePage } from '../../../renderer/state/page.ts'
import { useSelection } from '../../../renderer/state/selection.ts'

const tab = () => usePage.getState().inspectorTab

beforeEach(() => showInspectorTab('chain'))

describe('showing an image in the library', () => {
  it('of an image that was opened, begins with what it is and what can be done with it', () => {
    revealOpened([7])
    expect([...useSelection.getState().selected]).toEqual([7])
    expect(tab()).toBe('overview')
  })

  it('from another place in the window, stays with what was looked at', () => {
    revealImages([7])
    expect(tab()).toBe('chain')
  })
})
