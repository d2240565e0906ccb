import type { AllocationClass } from '../../../ipc/schemas/image.ts'

/** What the colours of a map mean. */
export const classWords: Readonly<
  Record<AllocationClass, { readonly word: string; readonly meaning: string }>
> = {
  data: { word: 'Data', meaning: 'Stored in this file as it is.' },
  compressed: { word: 'Compressed', meaning: 'Stored in this file, compressed.' },
  zero: { word: 'Zero', meaning: 'Known to be zero without being stored.' },
  backing: { word: 'From backing', meaning: 'Read from a backing file below this image.' },
  unallocated: { word: 'Unallocated', meaning: 'Never written; the guest reads zeroes.' },
}
