import { host } from '../../host.ts'
import { reportError } from '../../state/report-error.ts'
import { useAppInfo } from '../../state/app-info.ts'
import { toast } from '../../state/toasts.ts'
import { Button } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { batchTexts } from './batch-texts.ts'

const formats = ['html', 'csv', 'json'] as const
type ReportFormat = (typeof formats)[number]

export interface ReportButtonsProps {
  readonly batchId: string
  readonly disabledReason: string | undefined
}

/** Saves what a batch found as a file. While it runs, the report holds what has finished. */
export function ReportButtons({ batchId, disabledReason }: ReportButtonsProps) {
  const words = batchTexts().page
  const asksWhere = useAppInfo((state) => state.info?.capabilities.openDialog === true)
  const save = (format: ReportFormat): void => {
    ;(asksWhere ? saveWhereAsked(batchId, format) : download(batchId, format)).catch(reportError)
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

/** By the browser, which keeps to itself where its downloads go. */
async function download(batchId: string, format: ReportFormat): Promise<void> {
  const file = await host().api['jobs.report']({ batchId, format })
  host().saveText(file)
  const words = batchTexts().page
  toast({ title: words.reportSaved, detail: words.inDownloads(file.fileName) })
}

async function saveWhereAsked(batchId: string, format: ReportFormat): Promise<void> {
  const { path } = await host().api['shell.saveReport']({ batchId, format })
  if (path === undefined) return
  const words = batchTexts().page
  const show = (): void => {
    host().api['shell.showInFolder']({ report: path }).catch(reportError)
  }
  toast({
    title: words.reportSaved,
    detail: path,
    action: { label: words.showInFolder, run: show },
  })
}
