/** What Platter is, and what it is made of. */
export const about = {
  title: 'About Platter',
  text: 'Platter shows which virtual-machine disk images are healthy and what each really occupies. It works with its own engine and changes an image only when you say so, after it has shown what it will do. Images stay on this computer; nothing is sent anywhere.',
  shortcuts: 'Keyboard shortcuts',
  hosts: { electron: 'Desktop', web: 'Web host' },
  hostAndPlatform: (host: string, platform: string) => `${host}, ${platform}`,
  version: 'Version',
  engine: 'Engine',
  host: 'Host',
  node: 'Node',
  sqlite: 'SQLite',
  data: 'Data',
  logs: 'Logs',
  licence: 'Licence',
}
