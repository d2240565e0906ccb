/** The filter's input, so that a command can put the keyboard there. */
let field: HTMLInputElement | null = null

export function registerFilterField(element: HTMLInputElement | null): void {
  field = element
}

export function focusFilter(): void {
  field?.focus()
  field?.select()
}
