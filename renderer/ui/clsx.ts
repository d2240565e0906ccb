/** Class names that apply, in order. */
export function clsx(...names: readonly (string | false | undefined)[]): string {
  return names.filter(Boolean).join(' ')
}
