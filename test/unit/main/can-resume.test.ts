import { expect, test } from 'vitest'
import type { RecordedRequest } from '../../../ipc/schemas/job.ts'
import { canResume } from '../../../main/jobs/can-resume.ts'

test.each<readonly [request: RecordedRequest, canBeTakenUp: boolean]>([
  [{ kind: 'check', depth: 'full' }, true],
  [{ kind: 'hash', algorithm: 'sha256', target: 'content' }, true],
  [{ kind: 'map' }, true],
  [{ kind: 'compact', parameters: { mode: 'auto' } }, true],
  [{ kind: 'resize', parameters: { size: 1024 } }, true],
  [{ kind: 'resize', parameters: { size: 1024, ignoreDataLoss: true } }, false],
  [{ kind: 'resize', parameters: { size: 1024, keepCut: true } }, false],
  [{ kind: 'repair', parameters: { mode: 'all' } }, true],
  [{ kind: 'repair', parameters: { mode: 'all', allow: [] } }, true],
  [{ kind: 'repair', parameters: { mode: 'all', allow: ['drop-data'] } }, false],
  [{ kind: 'snapshot', parameters: { action: 'create', name: 'a' } }, true],
  [{ kind: 'snapshot', parameters: { action: 'delete', name: '2' } }, false],
  [{ kind: 'snapshot', parameters: { action: 'delete', name: '2', keep: true } }, false],
  [{ kind: 'snapshot', parameters: { action: 'rename', name: 'a', newName: 'b' } }, true],
  [{ kind: 'snapshot', parameters: { action: 'apply', name: 'a' } }, false],
  [{ kind: 'snapshot', parameters: { action: 'apply', name: 'a', take: 'b' } }, false],
  [{ kind: 'relink', parameters: { backing: 'b.qcow2', backingFormat: 'qcow2' } }, true],
  [{ kind: 'move', parameters: { path: '/vm/a.qcow2' } }, true],
  [{ kind: 'trash', parameters: {} }, true],
  [{ kind: 'undo', parameters: { id: '7' } }, true],
  // Made, or asked for on a command line, with more files than the record tells of.
  [{ kind: 'create', parameters: { path: '/vm/a.qcow2', format: 'qcow2', size: 1024 } }, false],
  [{ kind: 'encode', parameters: { targetFormat: 'qcow2' } }, false],
  // Of another version, with a parameter nobody knows here.
  [{ kind: 'compact', parameters: { mode: 'auto', faster: true } }, false],
])('%j can be taken up again: %s', (request, canBeTakenUp) => {
  expect(canResume(request)).toBe(canBeTakenUp)
})
