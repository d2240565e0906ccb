import { create } from 'zustand'
import type { AppInfo } from '../../ipc/schemas/app.ts'

/**
 * `connecting` is the first time; `lost` means that it was there and is being sought again; `refused`
 * means that the services do not know this window, which waiting does not change.
 */
export type Connection = 'connecting' | 'open' | 'lost' | 'refused'

export interface AppState {
  readonly info: AppInfo | undefined
  readonly connection: Connection
  /** Notices of this session: those of the services, and those the shell sends later. */
  readonly notices: AppInfo['notices']
}

export const useAppInfo = create<AppState>(() => ({
  info: undefined,
  connection: 'connecting',
  notices: [],
}))

export function addNotice(notice: AppInfo['notices'][number]): void {
  useAppInfo.setState(({ notices }) => ({
    notices: [...notices.filter(({ id }) => id !== notice.id), notice],
  }))
}

export function dismissNotice(id: string): void {
  useAppInfo.setState(({ notices }) => ({ notices: notices.filter((one) => one.id !== id) }))
}
