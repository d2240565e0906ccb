import { host } from '../../host.ts'
import { reportError } from '../../state/report-error.ts'
import { toast } from '../../state/toasts.ts'
import { Button } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'

const formats = [
  { format: 'html', label: 'Report as HTML' },
  { format: 'csv', label: 'Report as CSV' },
  { format: 'json', label: 'Report as JSON' },
] as const

export interface ReportButtonsProps {
  readonly batchId: string
  readonly disabledReason: string | undefined
}

/** Saves what a batch found as a file. While it runs, the report holds what has finished. */
export function ReportButtons({ batchId, disabledReason }: ReportButtonsProps) {
  const save = (format: (typeof formats)[number]['format']): void => {
    host()
      .api['jobs.report']({ batchId, format })
      .then((file) => {
        host().saveText(file)
        toast({ title: 'Report saved', detail: file.fileName })
      })
      .catch(reportError)
  }
  if (disabledReason !== undefined) {
    return (
      <Button icon="download" disabledReason={disabledReason}>
        Report
      </Button>
    )
  }
  return (
    <Menu
      align="end"
      trigger={<Button icon="download">Report</Button>}
      items={formats.map(({ format, label }) => ({
        id: format,
        label,
        onSelect: () => save(format),
      }))}
    />
  )
}
