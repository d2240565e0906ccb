import { describe, expect, it } from 'vitest'
import {
  actionCommands,
  launchRequest,
  parseLaunch,
} from '../../../../main/desktop/launch-request.ts'
import { commands } from '../../../../renderer/commands/registry.ts'

const place = { workingFolder: '/home/anna', appFolder: '/src/platter' }

describe('a command line', () => {
  it('gives paths, absolute from where it was typed', () => {
    expect(parseLaunch(['/opt/Platter/platter', 'vm/web01.qcow2', '/srv/vm'], place)).toEqual({
      paths: ['/home/anna/vm/web01.qcow2', '/srv/vm'],
    })
  })

  it('skips the program, its switches and the app’s folder while developing', () => {
    const argv = ['/dist/electron', '--inspect=0', '/src/platter', '--no-sandbox', 'a.img']
    expect(parseLaunch(argv, place)).toEqual({ paths: ['/home/anna/a.img'] })
    expect(
      parseLaunch(['electron', '.'], { workingFolder: '/src/platter', appFolder: '/src/platter' }),
    ).toEqual({ paths: [] })
  })

  it('takes no switch for a path, whoever it belongs to', () => {
    expect(parseLaunch(['platter', '-psn_0_12345', '--lang=de', '', '-'], place).paths).toEqual([])
  })

  it('takes the launcher’s commands, and no other', () => {
    expect(parseLaunch(['platter', '--command=library.addFolder'], place)).toEqual({
      paths: [],
      command: 'library.addFolder',
    })
    expect(parseLaunch(['platter', '--command=library.remove'], place)).toEqual({ paths: [] })
  })
})

describe('an action for images', () => {
  it.each(['check', 'repair', 'compact', 'resize', 'snapshot', 'sha'])('can be %s', (action) => {
    expect(parseLaunch(['platter', `--action=${action}`, 'a.qcow2', '/b.img'], place)).toEqual({
      paths: ['/home/anna/a.qcow2', '/b.img'],
      action,
    })
  })

  it.each(['trash', 'run', '', 'image.check'])('cannot be %j', (action) => {
    expect(parseLaunch(['platter', `--action=${action}`, 'a.qcow2'], place)).toEqual({
      paths: ['/home/anna/a.qcow2'],
    })
  })

  it('is a command of the window’s registry', () => {
    const known = new Set<string>(commands.map(({ id }) => id))
    expect(Object.values(actionCommands).filter((id) => !known.has(id))).toEqual([])
  })
})

describe('what a second instance sends', () => {
  it('is taken as it was parsed there', () => {
    const request = parseLaunch(['platter', 'a.img', '--command=library.openImage'], place)
    expect(launchRequest.parse(JSON.parse(JSON.stringify(request)))).toEqual(request)
  })

  it.each([
    undefined,
    null,
    {},
    { paths: 'a' },
    { paths: [''] },
    { paths: [], command: 'app.quit' },
  ])('is refused when it is %j', (data) => {
    expect(launchRequest.safeParse(data).success).toBe(false)
  })
})
