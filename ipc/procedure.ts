/** The two shapes a contract entry can have, and the types both ends derive from them. */
import type { z } from 'zod'

export interface Call<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly kind: 'call'
  readonly input: Input
  readonly output: Output
}

/** Events go on until the caller stops it or the connection closes. */
export interface Stream<Input extends z.ZodType = z.ZodType, Event extends z.ZodType = z.ZodType> {
  readonly kind: 'stream'
  readonly input: Input
  readonly event: Event
}

export type AnyContract = Readonly<Record<string, Call | Stream>>

export const call = <Input extends z.ZodType, Output extends z.ZodType>(
  input: Input,
  output: Output,
): Call<Input, Output> => ({ kind: 'call', input, output })

export const stream = <Input extends z.ZodType, Event extends z.ZodType>(
  input: Input,
  event: Event,
): Stream<Input, Event> => ({ kind: 'stream', input, event })

/** What a handler on the services' side looks like for each entry. */
export type Handlers<C extends AnyContract> = {
  readonly [Name in keyof C]: C[Name] extends Stream<infer Input, infer Event>
    ? (
        input: z.output<Input>,
        emit: (event: z.input<Event>) => Promise<void>,
        context: CallContext,
      ) => Promise<void>
    : C[Name] extends Call<infer Input, infer Output>
      ? (input: z.output<Input>, context: CallContext) => Promise<z.input<Output>> | z.input<Output>
      : never
}

export interface CallContext {
  /** Aborted when the caller cancels or its connection closes. */
  readonly signal: AbortSignal
}

/** What the window calls for each entry. A stream resolves when it ends. */
export type Client<C extends AnyContract> = {
  readonly [Name in keyof C]: C[Name] extends Stream<infer Input, infer Event>
    ? (
        input: z.input<Input>,
        onEvent: (event: z.output<Event>) => void,
        options?: CallOptions,
      ) => Promise<void>
    : C[Name] extends Call<infer Input, infer Output>
      ? (input: z.input<Input>, options?: CallOptions) => Promise<z.output<Output>>
      : never
}

export interface CallOptions {
  readonly signal?: AbortSignal
}
