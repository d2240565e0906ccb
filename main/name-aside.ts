import { existsSync } from 'node:fs'

/** A free name beside a damaged file that tells what it is and when: `platter.db.damaged-20261121-050000`. */
export function nameAside(file: string, now: number): string {
  const stamp = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  const name = `${file}.damaged-${stamp}`
  let free = name
  for (let copy = 2; existsSync(free); copy++) free = `${name}-${copy}`
  return free
}
