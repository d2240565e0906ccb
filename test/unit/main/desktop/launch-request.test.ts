import { describe, expect, it } from 'vitest'
import { launchRequest, parseLaunch } from '../../../../main/desktop/launch-request.ts'

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
