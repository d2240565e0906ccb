import type { CheckResult, CheckVerdict, Health } from '../../operations/check-result.ts'
import type { FindingLog } from './finding-log.ts'

/** What a check comes to: the same for a file, an open device and an image as a repair would leave it. */
export const summaryOf = (
  log: FindingLog,
  complete: boolean,
): Pick<
  CheckResult,
  'verdict' | 'health' | 'corruptions' | 'leaks' | 'checkErrors' | 'warnings'
> => ({
  verdict: verdictOf(log, complete),
  health: healthOf(log, complete),
  corruptions: log.total('corruption'),
  leaks: log.total('leak'),
  checkErrors: log.total('check-error'),
  warnings: log.total('warning'),
})

/** As `qemu-img check` chooses its exit code: 1, 2, 3 or 0. */
function verdictOf(log: FindingLog, complete: boolean): CheckVerdict {
  if (!complete || log.total('check-error') > 0) return 'incomplete'
  if (log.total('corruption') > 0) return 'corrupt'
  return log.total('leak') > 0 ? 'leaks' : 'clean'
}

/** What the findings mean for the image: lost content, something a repair mends, space, or nothing. */
function healthOf(log: FindingLog, complete: boolean): Health {
  const lost =
    !complete ||
    log.total('check-error') > 0 ||
    log.has('corruption', 'data') ||
    log.has('corruption', 'structure') ||
    log.has('warning', 'data')
  if (lost) return 'damaged'
  const mends =
    log.total('corruption') > 0 ||
    log.has('warning', 'structure') ||
    log.has('warning', 'refcounts')
  if (mends) return 'needs-repair'
  return log.total('leak') > 0 || log.has('warning', 'space') ? 'leaks' : 'healthy'
}
