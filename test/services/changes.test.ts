import { describe, expect, test } from 'vitest'
import { createQcow2, qemuCheck, qemuImgJson, qemuIo } from '../helpers/qemu.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { openServices } from './open-services.ts'

const gib = 2 ** 30
const mib = 2 ** 20

const virtualSizeOf = async (file: string): Promise<number> =>
  (await qemuImgJson<{ 'virtual-size': number }>('info', file))['virtual-size']

describe('changes of an image', () => {
  test('a disk grows as it was planned, and the row shows it when the job has ended', async () => {
    await using folder = await tempFolder()
    const file = folder.file('disk.qcow2')
    await createQcow2(file, '1G')
    await qemuIo(file, 'write -P 7 0 3M')
    await using services = await openServices(folder)
    const [id = 0] = await services.add(file)
    const request = { kind: 'resize', parameters: { size: 2 * gib } } as const
    const plan = await services.plan(id, request)
    expect(plan).toMatchObject({
      allowed: true,
      detail: { kind: 'resize', direction: 'grow', before: gib, after: 2 * gib },
    })
    expect(plan.preflight.map(({ id: line, tone }) => [line, tone])).toEqual([
      ['use', 'good'],
      ['writable', 'good'],
      ['check', 'good'],
      ['undo', 'good'],
      ['time', 'good'],
    ])
    const job = await services.run(id, request, plan.token)
    expect(job).toMatchObject({
      state: 'succeeded',
      summary: 'Grew by 1 GiB',
      request: { kind: 'resize', parameters: { size: 2 * gib } },
      result: { kind: 'change', undo: { kind: 'grow', before: gib, after: 2 * gib } },
    })
    expect(await services.row(id)).toMatchObject({ virtualSize: 2 * gib })
    expect(await virtualSizeOf(file)).toBe(2 * gib)
    expect((await qemuCheck(file)).exitCode).toBe(0)
  })

  test('space is given back: figures at once, then better ones, and a digest that proves it', async () => {
    await using folder = await tempFolder()
    const file = folder.file('disk.qcow2')
    await createQcow2(file, '256M')
    await qemuIo(file, 'write -P 7 0 8M', 'write -P 0 8M 24M', 'write -P 9 32M 4M')
    await using services = await openServices(folder)
    const [id = 0] = await services.add(file)
    const request = { kind: 'compact', parameters: { mode: 'auto' } } as const
    const plans = await services.plans(id, request)
    expect(plans.length).toBeGreaterThan(1)
    const scans = plans.map(({ detail }) => (detail.kind === 'compact' ? detail.scan : undefined))
    expect(scans[0]).toBe('none')
    expect(scans.at(-1)).toBe('whole')
    const [first] = plans
    expect(plans.map(({ token }) => token)).toEqual(plans.map(() => first?.token))
    const row = await services.row(id)
    expect(row?.reclaimable).toMatchObject({ isExact: true, stale: false })
    expect(row?.reclaimable?.bytes).toBeGreaterThan(20 * mib)
    const shares: number[] = []
    const job = await services.run(id, request, first?.token, {
      onProgress: ({ share }) => void shares.push(share ?? -1),
    })
    expect(job).toMatchObject({ state: 'succeeded', result: { kind: 'change' } })
    expect(job.fileAfter?.length).toBeLessThan((job.fileBefore?.length ?? 0) - 20 * mib)
    expect(shares).toEqual(shares.toSorted((one, other) => one - other))
    expect((await qemuCheck(file)).exitCode).toBe(0)
    const after = await services.row(id)
    expect(after?.contentSha256).toMatch(/^[0-9a-f]{64}$/)
    expect(after).toMatchObject({ hashStale: false, reclaimable: { bytes: 0 } })
  })
})
