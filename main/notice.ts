import type { AppInfo } from '../ipc/schemas/app.ts'

/** Something the person must know once, such as a damaged file that was moved aside. */
export type Notice = AppInfo['notices'][number]
