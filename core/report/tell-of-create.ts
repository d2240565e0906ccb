import type { CreatePlan } from '../operations/create-plan.ts'
import { formatBytes } from './format-quantity.ts'
import type { ToldChange } from './told-change.ts'

/** What the history keeps of an image that was made. */
export const tellOfCreate = ({ plan }: { readonly plan: CreatePlan }): ToldChange => ({
  summary: `${formatBytes(plan.virtualSize)} ${plan.format} image made`,
  facts: [
    { label: 'Virtual size', bytes: plan.virtualSize },
    { label: 'File length', bytes: plan.fileLength },
    ...(plan.backing === undefined ? [] : [{ label: 'Backing file', text: plan.backing.name }]),
    ...(plan.dataFile === undefined ? [] : [{ label: 'Data file', text: plan.dataFile.name }]),
  ],
})
