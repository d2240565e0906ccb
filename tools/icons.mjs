/**
 * `node tools/icons.mjs`: renders assets/icon.svg to assets/icons/ in the sizes that desktops ask for.
 * Run it after changing the drawing, and commit what it writes.
 */
import './require-node.mjs'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { root } from './build-stamp.mjs'

const sizes = [16, 24, 32, 48, 64, 128, 256, 512]
const drawing = readFileSync(path.join(root, 'assets/icon.svg'), 'utf8')

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
const page = await browser.newPage()
for (const size of sizes) {
  await page.setViewportSize({ width: size, height: size })
  await page.setContent(
    `<style>body { margin: 0 } svg { display: block; width: ${size}px }</style>${drawing}`,
  )
  await page.screenshot({
    path: path.join(root, `assets/icons/${size}x${size}.png`),
    omitBackground: true,
  })
}
await browser.close()
console.log(`assets/icons: ${sizes.join(', ')}`)
