/** `npm run test:all` walks every case of every table; `npm test` has less time. */
export const takesAll = process.env['PLATTER_TESTS_ALL'] === '1'

export interface Share {
  /** One case in so many. */
  readonly oneIn: number
  /** Which of them: tests over the same table begin at different ones, so that each case is in some of them. */
  readonly from?: number
}

/** The cases of a long table that this run takes: always the same ones, spread over the whole table. */
export const someOf = <const Case>(
  cases: readonly Case[],
  { oneIn, from = 0 }: Share,
): readonly Case[] =>
  takesAll ? cases : cases.filter((_, index) => index % oneIn === from % oneIn)

/** Of so many rounds from random seeds, how many this run takes. */
export const someRounds = (rounds: number, { oneIn }: Pick<Share, 'oneIn'>): number =>
  takesAll ? rounds : Math.ceil(rounds / oneIn)
