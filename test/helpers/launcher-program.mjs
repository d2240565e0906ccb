/** Starts programs for a test process (launcher.ts). Ends when that process ends. */
import { spawn } from 'node:child_process'

process.on('disconnect', () => process.exit())
process.on('message', ({ id, program, args, options }) => {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const stdout = []
  const stderr = []
  child.stdout?.on('data', (piece) => stdout.push(piece))
  child.stderr?.on('data', (piece) => stderr.push(piece))
  child.on('error', ({ code, message }) => process.send?.({ id, failed: { code, message } }))
  child.on('close', (exitCode, signal) => {
    process.send?.({
      id,
      ended: { exitCode, signal, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) },
    })
  })
})
