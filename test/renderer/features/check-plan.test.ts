import { expect, test } from 'vitest'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { planCheck } from '../../../renderer/features/check/check-plan.ts'

const row = (id: number, change: Partial<LibraryRow> = {}): LibraryRow => ({
  id,
  name: `${id}.qcow2`,
  path: `/srv/vm/${id}.qcow2`,
  location: '/srv/vm',
  format: 'qcow2',
  formatLabel: 'qcow2 v3',
  use: { state: 'free', holders: [] },
  health: 'not-checked',
  healthStale: false,
  fileLength: 1,
  linksTrusted: false,
  childCount: 0,
  usedBy: [],
  isOrphan: false,
  readOnly: false,
  hashStale: false,
  modifiedAt: 0,
  addedAt: 0,
  ...change,
})

test('a plan names what is checked, what is live, and why the rest is skipped', () => {
  const { format: _, ...unknown } = row(6, { formatLabel: 'unknown' })
  const plan = planCheck([
    row(1),
    row(2, { use: { state: 'writing', holders: [] } }),
    row(3, { format: 'raw', formatLabel: 'raw' }),
    row(4, { format: 'vmdk', formatLabel: 'VMDK' }),
    row(5, { missingSince: 1 }),
    unknown,
    row(7, { format: 'raw', formatLabel: 'raw' }),
    row(8, { format: 'vdi', formatLabel: 'VDI' }),
  ])
  expect(plan.checked.map(({ id }) => id)).toEqual([1, 2, 6])
  expect(plan.live.map(({ id }) => id)).toEqual([2])
  expect(plan.skipped.map(({ reason, rows }) => [reason, rows.map(({ id }) => id)])).toEqual([
    ['Raw images have no structure to check', [3, 7]],
    ['Formats that Platter recognises but cannot check', [4, 8]],
    ['The file is missing', [5]],
  ])
})
