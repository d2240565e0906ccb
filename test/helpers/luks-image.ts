import { qemuImg, runTool } from './qemu.ts'

/** What qemu-io needs to open such an image: `qemuIoWith({ args: luksArgs }, luksImage(path), …)`. */
export const luksArgs = ['--object', 'secret,id=key,data=platter', '--image-opts'] as const

export const luksImage = (path: string): string =>
  `driver=qcow2,file.filename=${path},encrypt.key-secret=key`

const attempts = 40

/**
 * Makes an image that is encrypted with LUKS. QEMU times the derivation of the key by the CPU clock of its
 * thread, and gives up where that does not move between two looks, as in many virtual machines: that says
 * nothing about the image, so it is asked again.
 */
export async function createLuksImage(path: string, size: string): Promise<void> {
  const options = 'encrypt.format=luks,encrypt.key-secret=key,encrypt.iter-time=10'
  const [object, secret] = luksArgs
  const args = ['create', '-q', '-f', 'qcow2', object, secret, '-o', options, path, size]
  for (let attempt = 1; attempt < attempts; attempt++) {
    const { exitCode, stderr } = await runTool('qemu-img', args)
    if (exitCode === 0) return
    if (!stderr.includes('Unable to get accurate CPU usage')) break
  }
  await qemuImg(...args)
}
