import { create } from 'zustand'

/** The row of the list whose name is being written in place. */
export const useRenaming = create<{ readonly imageId: number | undefined }>(() => ({
  imageId: undefined,
}))

export function startRenaming(imageId: number): void {
  useRenaming.setState({ imageId })
}

/** Another row may have taken its place already. */
export function endRenaming(imageId: number): void {
  useRenaming.setState((state) => (state.imageId === imageId ? { imageId: undefined } : state))
}
