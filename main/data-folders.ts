import envPaths from 'env-paths'
import path from 'node:path'

/** Where this account's Platter keeps what it knows: `PLATTER_DATA`, or the system's usual place. */
export function defaultDataFolder(): string {
  const chosen = process.env['PLATTER_DATA']
  return chosen === undefined || chosen === '' ? usual().data : path.resolve(chosen)
}

/** `PLATTER_LOGS`, or below a chosen data folder, or the system's usual place for logs. */
export function defaultLogFolder(): string {
  const chosen = process.env['PLATTER_LOGS']
  if (chosen !== undefined && chosen !== '') return path.resolve(chosen)
  const data = process.env['PLATTER_DATA']
  return data === undefined || data === '' ? usual().log : path.join(path.resolve(data), 'logs')
}

export const databaseFile = (dataFolder: string): string => path.join(dataFolder, 'platter.db')

const usual = () => envPaths('platter', { suffix: '' })
