import type { ErrorData } from '../../../ipc/schemas/error.ts'

/** Everything of an error as text, for a report or a search. */
export function errorDetails({
  code,
  reason,
  kind,
  explanation,
  context,
  causes,
}: ErrorData): string {
  const { title, detail, safety, advice } = explanation
  return [
    `${code} ${title}`,
    detail,
    safety,
    advice,
    '',
    `reason: ${reason} (${kind})`,
    ...Object.entries(context).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}: ${value}`],
    ),
    ...causes.map((cause) => `cause: ${cause}`),
    '',
  ].join('\n')
}
