import { nameOf, type CatalogueEntry } from './explanation.ts'

/** Why a planned action is not begun. */
export const planReasons = {
  'plan-missing': {
    kind: 'invalid-argument',
    number: 1410,
    title: (c) => `${nameOf(c)} was not changed: no plan was shown`,
    detail: (c) =>
      `A change of ${c.path ?? 'an image'} was asked for without the plan that says what it comes to.`,
    advice: () => 'Open the action again, look at its plan and start it from there.',
  },
  'plan-image-damaged': {
    kind: 'corrupt',
    number: 1411,
    title: (c) => `${nameOf(c)} has to be repaired first`,
    detail: (c) =>
      `The last check of ${c.path ?? 'the image'} ended with "${c.found ?? 'damaged'}"; changing it could make that worse.`,
    advice: () => 'Repair it, or check it again if something else has repaired it since.',
  },
  'plan-no-space': {
    kind: 'no-space',
    number: 1412,
    title: (c) => `Not enough space for ${nameOf(c)}`,
    detail: (c) =>
      `${c.expected ?? 'More'} bytes are needed in ${c.link ?? 'its folder'}${c.found === undefined ? '' : `; ${c.found} bytes are free`}.`,
    advice: () => 'Make room on that volume, or choose another way that needs less.',
  },
  'plan-overlays-depend': {
    kind: 'invalid-argument',
    number: 1413,
    title: (c) => `${nameOf(c)} has overlays that depend on it`,
    detail: (c) =>
      `${c.found === 1 ? `${c.link ?? 'An overlay'} holds` : `${c.found ?? 'Several'} overlays, ${c.link ?? 'one'} among them, hold`} only what differs from it; what their guests read would be torn.`,
    advice: () => 'Make the overlays independent first, or work on the overlay instead.',
  },
  'plan-consent-missing': {
    kind: 'invalid-argument',
    number: 1414,
    title: (c) => `${nameOf(c)} would lose something; nobody agreed to that`,
    detail: (c) => `${c.found ?? 'Something'} would be lost for ever.`,
    advice: () => 'Open the action for this image alone, look at its plan, and agree to it there.',
  },
  'plan-overtaken': {
    kind: 'locked',
    number: 1415,
    title: (c) => `${nameOf(c)} is being changed already`,
    detail: (c) =>
      `Another window began to change ${c.path ?? 'the image'}; what this plan says would not be true any more.`,
    safety: 'The plan changed nothing.',
    advice: () => 'The plan is made again when that is done.',
  },
} as const satisfies Record<string, CatalogueEntry>
