import type { TextOutput } from './text-output.ts'

export type Tone = 'plain' | 'strong' | 'soft' | 'good' | 'waste' | 'bad'

const codes: Readonly<Record<Tone, readonly [number, number] | undefined>> = {
  plain: undefined,
  strong: [1, 22],
  soft: [2, 22],
  good: [32, 39],
  waste: [33, 39],
  bad: [31, 39],
}

export type Paint = (text: string, tone: Tone) => string

/** Colours where someone sees them, plain text everywhere else. Words always carry the meaning. */
export const paintFor =
  (output: TextOutput): Paint =>
  (text, tone) => {
    const pair = output.usesColour ? codes[tone] : undefined
    return pair === undefined ? text : `\u001b[${pair[0]}m${text}\u001b[${pair[1]}m`
  }
