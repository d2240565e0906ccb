import { useEffect, useState } from 'react'

/** The time, drawn anew every so often: for "5 min ago" and "stalled for 12 s". */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
