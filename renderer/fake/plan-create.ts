import type { CreateAction } from '../../ipc/schemas/action.ts'
import type { ActionPlan } from '../../ipc/schemas/plan.ts'

const gib = 2 ** 30

/** What a made-up new image would come to. */
export function createPlanOf({ parameters }: CreateAction): ActionPlan {
  const { path, size = 40 * gib, preallocation = 'off', clusterSize = 65_536 } = parameters
  const tables = 4 * clusterSize + Math.ceil(size / clusterSize / 8192) * clusterSize
  const isWhole = preallocation === 'falloc' || preallocation === 'full'
  const initialBytes = isWhole
    ? size + tables
    : preallocation === 'metadata'
      ? tables
      : parameters.format === 'raw'
        ? 0
        : 3 * clusterSize
  const folder = path.slice(0, path.lastIndexOf('/'))
  return {
    token: `create-${path}`.slice(0, 200),
    madeAt: Date.now(),
    allowed: initialBytes < 412 * gib,
    preflight: [
      { id: 'writable', tone: 'good', path: folder },
      {
        id: 'space',
        tone: initialBytes < 412 * gib ? 'good' : 'stop',
        folder,
        neededBytes: initialBytes,
        freeBytes: 412 * gib,
      },
      { id: 'undo', tone: 'good', undo: 'while-unchanged' },
      { id: 'time', tone: 'good', seconds: isWhole ? size / 800_000_000 : 0.1 },
    ],
    detail: {
      kind: 'create',
      path,
      virtualSize: size,
      fileLength: isWhole ? size + tables : tables,
      initialBytes,
      warnings:
        parameters.backing?.startsWith('/') === true
          ? [
              {
                kind: 'backing-chain-incomplete',
                text: `The base is in another folder: Platter asks before it follows a link out of ${folder}.`,
              },
            ]
          : [],
    },
  }
}
