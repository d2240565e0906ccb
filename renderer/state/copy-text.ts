import { host } from '../host.ts'
import { texts } from '../texts/texts.ts'
import { reportError } from './report-error.ts'
import { toast } from './toasts.ts'

/** Puts text on the clipboard and says so: "Path copied". */
export function copyText(text: string, what: string): void {
  host()
    .copyText(text)
    .then(() => toast({ title: texts().common.copied(what) }))
    .catch(reportError)
}
