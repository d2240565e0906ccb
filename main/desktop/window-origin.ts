export const windowScheme = 'app'
export const windowHost = 'platter'

/** The only origin that may run our window and talk to the services. */
const windowOrigin = `${windowScheme}://${windowHost}`
export const windowUrl = `${windowOrigin}/index.html`

/** The same page, which shows one image by this address (renderer/bridge.ts). */
export const imageWindowUrl = (imageId: number): string => `${windowUrl}#image=${imageId}`

/** Compares the parsed origin: `app://platter.evil` begins like ours. */
export function isOwnUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  // `origin` of a scheme that the URL standard does not know is "null", so its parts are compared.
  const { protocol, host, username, password } = new URL(url)
  return `${protocol}//${host}` === windowOrigin && username === '' && password === ''
}
