/**
 * Another Platter for tests about holding files: `node holder-program.ts PATH`. Each line it is sent is
 * an order (`write`, `hold`, `close`, or `bare`, which opens for writing without any lock), and it answers
 * each with `done` or with the error in JSON.
 */
import { openSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { ImageError } from '../../core/errors/image-error.ts'
import { nodeHost } from '../../core/io/node-host.ts'
import type { BlockFile } from '../../core/storage/block-file.ts'

const path = process.argv[2] ?? ''
let held: BlockFile | undefined

async function obey(order: string): Promise<void> {
  if (order === 'write') held = await nodeHost.openForWriting(path)
  else if (order === 'hold') held = await nodeHost.openForHolding(path)
  else if (order === 'bare') openSync(path, 'r+')
  else await held?.close()
}

for await (const order of createInterface(process.stdin)) {
  try {
    await obey(order)
    console.log('done')
  } catch (error) {
    console.log(JSON.stringify(ImageError.from(error)))
  }
}
