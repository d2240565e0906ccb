/**
 * A value in one field, RFC 4180 (quotes doubled). Text that a spreadsheet would run as a formula (OWASP, "CSV
 * Injection") gets a leading apostrophe: file names come from strangers.
 */
export function csvField(value: string | number | undefined): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const safe = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
