import { nameOf, type CatalogueEntry } from './explanation.ts'

/** Refusals of what changes the size of a virtual disk. */
export const resizeReasons = {
  'disk-too-large': {
    kind: 'unsupported',
    number: 1530,
    title: (c) => `${nameOf(c)} cannot hold so large a disk`,
    detail: (c) =>
      `A disk of ${c.found ?? 'that many'} bytes was asked for; with its cluster size the format allows ${c.limit ?? 'fewer'} bytes.`,
    advice: () => 'Choose a smaller size, or convert it to an image with larger clusters.',
  },
  'snapshots-lack-size': {
    kind: 'unsupported',
    number: 1531,
    title: (c) => `The snapshots of ${nameOf(c)} would be damaged`,
    detail: (c) =>
      `Its snapshot "${c.id ?? '?'}" does not record how large the disk was, so it has the size of the image; another size would change the snapshot.`,
    advice: () => 'Change the image to version 3 first, or delete its snapshots.',
  },
  'encrypted-cluster-cut': {
    kind: 'unsupported',
    number: 1532,
    title: (c) => `${nameOf(c)} is encrypted; that size needs its passphrase`,
    detail: (c) =>
      `The disk ends at byte ${c.found ?? '?'}, inside an encrypted cluster of ${c.limit ?? '?'} bytes; clearing the rest of it takes the passphrase, which Platter cannot ask for yet.`,
    advice: (c) =>
      `Choose a size that is a multiple of ${c.limit ?? 'the cluster size in'} bytes, or resize it with qemu-img.`,
  },
  'consent-missing': {
    kind: 'invalid-argument',
    number: 1533,
    title: (c) => `${nameOf(c)} was not made smaller`,
    detail: (c) =>
      `Everything past byte ${c.limit ?? '?'} of the disk would be lost for ever, and nobody agreed to that.`,
    advice: (c) => `Look at the plan, and give the consent ${c.expected ?? 'it asks for'}.`,
  },
  'plan-outdated': {
    kind: 'io',
    number: 1534,
    title: (c) => `${nameOf(c)} changed since the plan was made`,
    detail: (c) =>
      `The ${c.field ?? 'file'} is no longer what the plan was made for (${c.expected ?? 'it was'}, now ${c.found ?? 'another one'}).`,
    advice: () => 'Make a new plan, look at it, and try again.',
  },
  'preallocation-refused': {
    kind: 'unsupported',
    number: 1535,
    title: (c) => `Space for ${nameOf(c)} cannot be reserved beforehand`,
    detail: (c) =>
      `Preallocation "${c.expected ?? '?'}" is not possible for ${c.found ?? 'this image'}.`,
    advice: () => 'Resize it without preallocation.',
  },
  'contradictions-found': {
    kind: 'corrupt',
    number: 1536,
    title: (c) => `${nameOf(c)} has to be repaired first`,
    detail: (c) =>
      `Its tables contradict each other (findings of the check: ${c.found ?? 'several'}), so nobody knows which of its space is free; changing it could overwrite what a guest stored.`,
    advice: () => 'Check the image, repair it, and plan anew.',
  },
  'cut-not-cleared': {
    kind: 'io',
    number: 1537,
    title: (c) => `${nameOf(c)} is smaller, but still takes its space`,
    detail: (c) =>
      `The disk ends at byte ${c.limit ?? '?'} now; giving the space of what was cut off back to the host failed halfway.`,
    safety: 'The disk is whole up to its new end, and the image is valid.',
    advice: () => 'See to the cause, then resize it to the same size again.',
  },
  'shrink-needs-consent': {
    kind: 'invalid-argument',
    number: 1538,
    title: (c) => `${nameOf(c)} was not made smaller`,
    detail: (c) =>
      `The disk would end at byte ${c.limit ?? '?'}. What lies past that, ${c.found ?? 'whatever a guest stored'}, is lost for ever then.`,
    advice: (c) =>
      `${c.expected ?? 'Make what is there smaller in the guest first'}, agree to the loss with --ignore-data-loss, or keep what is cut off with --keep-cut FILE.`,
  },
} as const satisfies Record<string, CatalogueEntry>
