import { create } from 'zustand'

/** What the live region says next. The count makes the same words twice two announcements. */
export const useAnnouncement = create<{ readonly text: string; readonly count: number }>(() => ({
  text: '',
  count: 0,
}))

/** Tells a screen reader what a sighted person sees happen elsewhere in the window. Politely. */
export function announce(text: string): void {
  useAnnouncement.setState(({ count }) => ({ text, count: count + 1 }))
}
