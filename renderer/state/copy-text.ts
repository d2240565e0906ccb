import { host } from '../host.ts'
import { reportError } from './report-error.ts'
import { toast } from './toasts.ts'

/** Puts text on the clipboard and says so: "Path copied". */
export function copyText(text: string, what: string): void {
  host()
    .copyText(text)
    .then(() => toast({ title: `${what} copied` }))
    .catch(reportError)
}
