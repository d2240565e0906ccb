import { expect, it } from 'vitest'
import { ImageError } from '../../core/errors/image-error.ts'
import { makePattern } from '../../core/operations/pattern-make.ts'
import { verifyPattern } from '../../core/operations/pattern-verify.ts'
import { CrashLog } from '../storage/crash-log.ts'
import { CrashMachine } from '../storage/crash-machine.ts'
import { FaultFile, Faults } from '../storage/fault-file.ts'

const pattern = { kind: 'random', seed: 3, clusterSize: 512, size: 40 * 512 } as const
const path = '/pattern.qcow2'

it.each([
  ['write', 'ENOSPC', 'no-space'],
  ['write', 'EIO', 'io'],
  ['flush', 'EIO', 'io'],
  ['truncate', 'ENOSPC', 'no-space'],
] as const)(
  'a pattern whose %s fails with %s leaves no file, and works afterwards',
  async (operation, fault, kind) => {
    let failed = 0
    for (let nth = 0; ; nth++) {
      const faults = new Faults()
      const machine = new CrashMachine(new CrashLog<never>())
      machine.wrap = (file) => new FaultFile(file, faults)
      faults.add({ operation, nth, fault })
      const error = await makePattern(machine, path, pattern).catch((thrown: unknown) => thrown)
      if (!(error instanceof Error)) break
      expect(error).toBeInstanceOf(ImageError)
      expect(error).toMatchObject({ kind, context: { path } })
      expect(machine.names).toEqual([])
      expect(machine.held).toEqual([])
      await makePattern(machine, path, pattern)
      expect(await verifyPattern(machine, path, pattern)).toMatchObject({ difference: undefined })
      failed++
    }
    expect(failed).toBeGreaterThan(0)
  },
)
