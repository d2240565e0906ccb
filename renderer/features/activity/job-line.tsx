import { useEffect, useRef, type ReactNode } from 'react'
import { useWantedJob } from './show-job.ts'

/** One line of the drawer, which comes into sight and takes the keyboard when somebody asks for its job. */
export function JobLine({
  jobId,
  children,
}: {
  readonly jobId: string
  readonly children: ReactNode
}) {
  const line = useRef<HTMLLIElement>(null)
  const isWanted = useWantedJob((state) => state.jobId === jobId)
  useEffect(() => {
    if (!isWanted) return
    line.current?.scrollIntoView({ block: 'nearest' })
    line.current?.focus()
    useWantedJob.setState({ jobId: undefined })
  }, [isWanted])
  return (
    <li ref={line} tabIndex={-1} data-job-id={jobId}>
      {children}
    </li>
  )
}
