/**
 * The window's files for both shells: which file a URL path means, its type, and the headers that go
 * with it. Nothing outside the folder can be named, whatever the path looks like.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'

/**
 * No inline script, no eval, no foreign origin; strings become HTML or script nowhere (trusted
 * types). `connect-src 'self'` covers the web host's WebSocket.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()',
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}

export interface WindowFile {
  readonly status: 200 | 400 | 403 | 404
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer>
}

/** Reads the file a URL's path names (`/` is index.html), below `folder` only. */
export async function readWindowFile(folder: string, urlPath: string): Promise<WindowFile> {
  const relative = decode(urlPath)
  if (relative === undefined) return refusal(400, 'Bad request')
  const file = path.join(folder, relative === '/' ? 'index.html' : relative)
  // The prefix must end at a separator: /dist/renderer-old is not below /dist/renderer.
  if (!file.startsWith(folder + path.sep)) return refusal(403, 'Forbidden')
  try {
    return { status: 200, headers: headersFor(file, folder), body: await readFile(file) }
  } catch {
    return refusal(404, 'Not found')
  }
}

function headersFor(file: string, folder: string): Readonly<Record<string, string>> {
  // Files below assets/ have their content's hash in their name, so a copy never goes stale.
  const isHashed = file.startsWith(path.join(folder, 'assets') + path.sep)
  return {
    ...securityHeaders,
    'content-type': contentTypes[path.extname(file)] ?? 'application/octet-stream',
    'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
  }
}

function refusal(status: 400 | 403 | 404, text: string): WindowFile {
  return {
    status,
    headers: { ...securityHeaders, 'content-type': 'text/plain; charset=utf-8' },
    body: new TextEncoder().encode(text),
  }
}

/** Undefined for broken escapes, and for a NUL, which the file system would take for the path's end. */
function decode(urlPath: string): string | undefined {
  try {
    const decoded = decodeURIComponent(urlPath)
    return decoded.includes('\0') ? undefined : decoded
  } catch {
    return undefined
  }
}
