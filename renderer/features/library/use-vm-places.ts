import { host } from '../../host.ts'
import { useAnswer } from '../../state/use-answer.ts'

export type VmPlaces = Awaited<
  ReturnType<ReturnType<typeof host>['api']['library.vmPlaces']>
>['places']

/**
 * Where virtual machines were looked for.
 *
 * @param version Changes when they may have been looked for again.
 */
export function useVmPlaces(version: number): VmPlaces | undefined {
  const answer = useAnswer({
    subject: 'places',
    version,
    ask: async (signal) => (await host().api['library.vmPlaces']({}, { signal })).places,
  })
  return answer.kind === 'ready' ? answer.value : undefined
}
