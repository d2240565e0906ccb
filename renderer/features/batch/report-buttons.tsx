import { host } from '../../host.ts'
import { reportError } from '../../state/report-error.ts'
import { toast } from '../../state/toasts.ts'
import { Button } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { batchTexts } from './batch-texts.ts'

const formats = ['html', 'csv', 'json'] as const

export interface ReportButtonsProps {
  readonly batchId: string
  readonly disabledReason: string | undefined
}

/** Saves what a batch found as a file. While it runs, the report holds what has finished. */
export function ReportButtons({ batchId, disabledReason }: ReportButtonsProps) {
  const words = batchTexts().page
  const save = (format: (typeof formats)[number]): void => {
    host()
      .api['jobs.report']({ batchId, format })
      .then((file) => {
        host().saveText(file)
        toast({ title: words.reportSaved, detail: file.fileName })
      })
      .catch(reportError)
  }
  if (disabledReason !== undefined) {
    return (
      <Button icon="download" disabledReason={disabledReason}>
        {words.report}
      </Button>
    )
  }
  return (
    <Menu
      align="end"
      trigger={<Button icon="download">{words.report}</Button>}
      items={formats.map((format) => ({
        id: format,
        label: words.reportAs(format.toUpperCase()),
        onSelect: () => save(format),
      }))}
    />
  )
}
