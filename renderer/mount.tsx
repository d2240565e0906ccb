import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'

/** Draws the window; its host must have been set. */
export function mount(): void {
  const root = document.getElementById('root')
  if (root === null) throw new Error('index.html has no element with the id "root"')
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}
