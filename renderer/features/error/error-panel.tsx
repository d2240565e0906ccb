import type { ReactNode } from 'react'
import type { ErrorData } from '../../../ipc/schemas/error.ts'
import { host } from '../../host.ts'
import { explain } from '../../state/explain-error.ts'
import { reportError } from '../../state/report-error.ts'
import { toast } from '../../state/toasts.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { errorDetails } from './error-details.ts'
import './error-panel.css'

export interface ErrorPanelProps {
  readonly error: ErrorData
  /** What the person can do about it here. */
  readonly actions?: ReactNode
  /** The title is shown by what the panel is in. */
  readonly titleShown?: boolean
}

/** One error in the order people need it: what, whether anything was changed, what to do. */
export function ErrorPanel({ error, actions, titleShown = false }: ErrorPanelProps) {
  const { title, detail, safety, advice } = explain(error)
  return (
    <div className="error-panel">
      {!titleShown && <p className="error-title">{title}</p>}
      <div className="selectable">
        <p>{detail}</p>
        <p className="error-safety">{safety}</p>
        <p>{advice}</p>
      </div>
      <div className="error-end">
        <code className="error-code selectable">{error.code}</code>
        <Button size="small" variant="quiet" icon="copy" onClick={() => void copyDetails(error)}>
          {texts().error.copyDetails}
        </Button>
        {actions !== undefined && <div className="error-actions">{actions}</div>}
      </div>
    </div>
  )
}

async function copyDetails(error: ErrorData): Promise<void> {
  try {
    await host().copyText(errorDetails(error))
    toast({ title: texts().error.detailsCopied })
  } catch (thrown) {
    reportError(thrown)
  }
}
