import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/**
 * The window as static files. `--mode design` builds fake.html too, which shows the window over an
 * in-memory host; it never ships.
 */
export default defineConfig(({ mode }) => ({
  root: here('.'),
  base: './',
  plugins: [react()],
  server: { host: '127.0.0.1' },
  build: {
    outDir: here(mode === 'design' ? '../dist/design' : '../dist/renderer'),
    emptyOutDir: true,
    target: 'es2024',
    minify: true,
    sourcemap: false,
    // A data: URL for a small asset would need a wider content security policy.
    assetsInlineLimit: 0,
    // The polyfill is an inline fetch loop for browsers far older than the ones that run this.
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: mode === 'design' ? [here('fake.html')] : [here('index.html')],
      output: {
        // zod looks once whether it may evaluate text, when the first schema is made; zod-setup.ts says before that
        // it may not. Only modules of one file keep that order: what dialogs share would be a file that runs first.
        codeSplitting: {
          groups: [{ name: 'contract', test: /zod-setup|node_modules.zod|[\\/]ipc[\\/]/ }],
        },
      },
    },
  },
}))
