import { stat } from 'node:fs/promises'

/** Two names of one file, links included; false when either is not there. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  const [facts, others] = await Promise.all(
    [one, other].map((file) => stat(file, { bigint: true }).catch((): undefined => undefined)),
  )
  return facts !== undefined && facts.dev === others?.dev && facts.ino === others.ino
}
