import path from 'node:path'
import { tellOfRelink } from '../../core/index.ts'
import type { Planner } from './planners.ts'

export interface RelinkParts {
  /** Where the window may name files. Throws `outside-roots`. */
  readonly admit: (path: string) => Promise<string>
}

/** Names another backing file in the header; nothing but that changes, and what the guest reads with it. */
export const relinkPlanner =
  ({ admit }: RelinkParts): Planner<'relink'> =>
  async ({ image }, { parameters }, context) => {
    const { backing, backingFormat } = parameters
    // A name that is no absolute path counts from the folder of the image.
    await admit(path.resolve(path.dirname(image.path), backing))
    const task = { ...image, backing, backingFormat }
    const { result: plan } = await context.host.run('planRelink', task, context)
    const { before, after } = plan
    return {
      detail: {
        kind: 'relink',
        before: {
          backing: before.name,
          ...(before.format === undefined ? {} : { backingFormat: before.format }),
        },
        after: { backing: after.name, backingFormat: after.format ?? backingFormat },
        warnings: plan.warnings.map(({ text }) => text),
      },
      refusals: [],
      consent: undefined,
      hasEffect: before.name !== after.name || before.format !== after.format,
      card: {
        makesFiles: false,
        check: { kind: 'does-not-matter' },
        overlays: 'other-backing',
        tellsMachines: true,
        undo: { undo: 'while-unchanged' },
      },
      basis: { stamp: plan.stamp, target: plan.target },
      carryOut: async ({ host, ...work }) => {
        const done = await host.run('relink', { ...image, plan }, work)
        const { before: fileBefore, after: fileAfter, result } = done
        return { ...tellOfRelink({ plan, result }), before: fileBefore, after: fileAfter }
      },
    }
  }
