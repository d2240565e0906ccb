/** "0.4 s", "12 s", "2 min 5 s", "3 h 20 min", "2 days 4 h" from milliseconds. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 100) return `${Math.max(0, Math.round(milliseconds))} ms`
  const seconds = milliseconds / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return pair(Math.floor(whole / 60), 'min', whole % 60, 's')
  const minutes = Math.round(whole / 60)
  if (minutes < 24 * 60) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
  const hours = Math.round(minutes / 60)
  return pair(Math.floor(hours / 24), hours < 48 ? 'day' : 'days', hours % 24, 'h')
}

/** "about 2 min left": rounded coarsely, because a countdown that jumps is worse than a coarse one. */
export function formatTimeLeft(seconds: number): string {
  if (seconds < 5) return 'a few seconds left'
  if (seconds < 55) return `about ${Math.ceil(seconds / 5) * 5} s left`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `about ${Math.max(1, minutes)} min left`
  const hours = Math.round(minutes / 30) / 2
  if (hours < 48) return `about ${hours} h left`
  return `about ${Math.round(hours / 24)} days left`
}

/** "20 s", "4 min", "3 h": for what was only estimated, where seconds would pretend to know. */
export function formatEstimate(seconds: number): string {
  if (seconds < 10) return `${Math.max(1, Math.ceil(seconds))} s`
  if (seconds < 55) return `${Math.ceil(seconds / 5) * 5} s`
  const minutes = Math.max(1, Math.round(seconds / 60))
  return formatDuration((minutes < 90 ? minutes : Math.round(minutes / 30) * 30) * 60_000)
}

const pair = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`
