import { afterEach, describe, expect, it } from 'vitest'
import type { MenuItemConstructorOptions } from 'electron'
import { foreign, setLanguage } from '../../../../ipc/language/in-language.ts'
import { applicationMenu } from '../../../../main/desktop/application-menu.ts'
import { notificationWords } from '../../../../main/desktop/notification-words.ts'
import { questionAbout } from '../../../../main/desktop/quitting.ts'
import { dockMenu, launcherTasks } from '../../../../main/desktop/launcher-tasks.ts'

afterEach(() => setLanguage('en'))

const menuBar = (): readonly MenuItemConstructorOptions[] =>
  applicationMenu({
    onCommand: () => undefined,
    recent: ['/srv/vm/a.qcow2'],
    onRecent: () => undefined,
    onClearRecent: () => undefined,
    isEnabled: () => true,
  })

const labelsOf = (items: readonly MenuItemConstructorOptions[]): readonly string[] =>
  items.flatMap(({ label, submenu }) => [
    ...(label === undefined ? [] : [label]),
    ...(Array.isArray(submenu) ? labelsOf(submenu) : []),
  ])

const isStretched = (text: string): boolean => /^\[.*~\]$/su.test(text)

describe('what the app around the window says', () => {
  it('is in the language that is set, as soon as it is asked for', () => {
    expect(labelsOf(menuBar())).toContain('&File')
    setLanguage('en-XA')
    // What was opened last is a path in every language.
    expect(labelsOf(menuBar()).filter((label) => !isStretched(label))).toEqual(['/srv/vm/a.qcow2'])
    expect(dockMenu(() => undefined).map(({ label }) => isStretched(label ?? ''))).toEqual(
      launcherTasks.map(() => true),
    )
    setLanguage('en')
    expect(labelsOf(menuBar())).toContain('&File')
  })

  it('asks and tells in it too', () => {
    setLanguage('en-XA')
    const { message, buttons = [] } = questionAbout({ begun: 2, waiting: 0, changing: 1 })
    expect([message, ...buttons].every(isStretched)).toBe(true)
    const { title, body } = notificationWords({
      kind: 'job',
      jobId: '1',
      work: 'compact',
      imageName: 'a.qcow2',
      isFailure: false,
      summary: '1 GiB given back',
    })
    expect([title, body].every(isStretched)).toBe(true)
  })

  it('stretches once what is made of what was stretched', () => {
    setLanguage('en-XA')
    const once = foreign('a part')
    expect(foreign(`${once} of a whole`)).toBe(foreign('a part of a whole'))
  })
})
