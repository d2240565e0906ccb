import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ImageError, type Reason } from '../../core/index.ts'
import { connect } from '../../ipc/connect.ts'
import { call, stream, type Handlers } from '../../ipc/procedure.ts'
import { callLimit, streamWindow } from '../../ipc/protocol.ts'
import { cancelledByCaller, connectionLost, RemoteError } from '../../ipc/remote-error.ts'
import { serve, type ServeErrors } from '../../ipc/serve.ts'
import type { ErrorData } from '../../ipc/schemas/error.ts'
import { inMemoryPair } from './in-memory-pair.ts'

const contract = {
  add: call(z.object({ a: z.number(), b: z.number() }), z.number()),
  fail: call(z.object({ how: z.string() }), z.object({})),
  wait: call(z.object({}), z.object({})),
  count: stream(z.object({ to: z.number() }), z.object({ at: z.number() })),
} as const

const errors: ServeErrors = {
  create: (reason, context) => new ImageError(reason, context).toJSON(),
  from: (thrown) => ImageError.from(thrown).toJSON(),
}

/** A served connection with handlers that a test can watch and hold. */
function start(overrides: Partial<Handlers<typeof contract>> = {}) {
  const defects: { procedure: string; thrown: unknown }[] = []
  const emitted: number[] = []
  const ended = Promise.withResolvers<unknown>()
  const handlers: Handlers<typeof contract> = {
    add: ({ a, b }) => a + b,
    fail: ({ how }) => {
      if (how === 'known') throw new ImageError('file-missing', { path: '/vm/web01.qcow2' })
      throw new TypeError('a detail of the inside')
    },
    wait: async (_input, { signal }) => {
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('told to stop')))
      })
      return {}
    },
    count: async ({ to }, emit) => {
      try {
        for (let at = 1; at <= to; at++) {
          emitted.push(at)
          await emit({ at })
        }
        ended.resolve('finished')
      } catch (thrown) {
        ended.resolve(thrown)
        throw thrown
      }
    },
    ...overrides,
  }
  const pair = inMemoryPair()
  serve(contract, handlers, pair.services, {
    errors,
    onDefect: (procedure, thrown) => defects.push({ procedure, thrown }),
  })
  return { pair, defects, emitted, ended: ended.promise }
}

const errorOf = async (promise: Promise<unknown>): Promise<ErrorData> => {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(RemoteError)
  return (thrown as RemoteError).data
}

/** Lets every message that is under way arrive. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('calls', () => {
  it('answers with the handler’s value', async () => {
    const { pair } = start()
    expect(await connect(contract, pair.window).add({ a: 40, b: 2 })).toBe(42)
  })

  it('answers many open calls, each with its own value', async () => {
    const { pair } = start()
    const client = connect(contract, pair.window)
    const sums = await Promise.all(Array.from({ length: 50 }, (_, a) => client.add({ a, b: 1 })))
    expect(sums).toEqual(Array.from({ length: 50 }, (_, a) => a + 1))
  })

  it('carries a known error with kind, facts and words', async () => {
    const { pair, defects } = start()
    const error = await errorOf(connect(contract, pair.window).fail({ how: 'known' }))
    expect(error).toMatchObject({
      reason: 'file-missing',
      kind: 'not-found',
      code: 'PLT-1100',
      context: { path: '/vm/web01.qcow2' },
      explanation: { title: 'web01.qcow2 is not there' },
    })
    expect(defects).toEqual([])
  })

  it('turns an unexpected throw into internal, without a stack, and tells the log', async () => {
    const { pair, defects } = start()
    const error = await errorOf(connect(contract, pair.window).fail({ how: 'unknown' }))
    expect(error.kind).toBe('internal')
    expect(pair.fromServices.join('')).not.toContain('connection.test.ts')
    expect(defects).toMatchObject([{ procedure: 'fail', thrown: { name: 'TypeError' } }])
  })

  it('refuses an input that the contract does not allow, and names the field', async () => {
    const { pair } = start()
    const client = connect(contract, pair.window)
    // @ts-expect-error the compiler refuses it too
    const error = await errorOf(client.add({ a: 'one', b: 2 }))
    expect(error).toMatchObject({
      kind: 'invalid-argument',
      context: { field: 'The input of add a' },
    })
  })

  it('treats a result that breaks the contract as a defect of ours', async () => {
    // A handler whose types were worked around, as a wrong database row would.
    const { pair, defects } = start({ add: () => 'forty-two' as unknown as number })
    const error = await errorOf(connect(contract, pair.window).add({ a: 1, b: 2 }))
    expect(error.kind).toBe('internal')
    expect(defects).toHaveLength(1)
  })

  it.each(['remove', '__proto__', 'toString', 'constructor'])(
    'refuses the name %s',
    async (name) => {
      const { pair } = start()
      pair.sendRaw(JSON.stringify({ type: 'call', id: 1, name, input: {} }))
      await settle()
      expect(pair.fromServices.map((text) => JSON.parse(text))).toMatchObject([
        { type: 'error', id: 1, error: { reason: 'unknown-id', context: { id: name } } },
      ])
      expect(pair.isClosed()).toBe(false)
    },
  )

  it('refuses more open calls than the limit and goes on with the others', async () => {
    const { pair } = start()
    const client = connect(contract, pair.window)
    const stop = new AbortController()
    const waiting = Array.from({ length: callLimit }, () =>
      errorOf(client.wait({}, { signal: stop.signal })),
    )
    expect(await errorOf(client.add({ a: 1, b: 1 }))).toMatchObject({ kind: 'invalid-argument' })
    stop.abort()
    await Promise.all(waiting)
    await settle()
    expect(await client.add({ a: 1, b: 1 })).toBe(2)
  })
})

describe('cancelling', () => {
  it('aborts the handler and rejects at once', async () => {
    const aborted = Promise.withResolvers<void>()
    const { pair } = start({
      wait: async (_input, { signal }) => {
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
        aborted.resolve()
        return {}
      },
    })
    const stop = new AbortController()
    const result = errorOf(connect(contract, pair.window).wait({}, { signal: stop.signal }))
    await settle()
    stop.abort()
    expect(await result).toMatchObject({ kind: 'cancelled' })
    await aborted.promise
  })

  it('sends nothing for a signal that was aborted before', async () => {
    const { pair } = start()
    const error = await errorOf(
      connect(contract, pair.window).add({ a: 1, b: 1 }, { signal: AbortSignal.abort() }),
    )
    expect(error.kind).toBe('cancelled')
    await settle()
    expect(pair.fromServices).toEqual([])
  })

  it('stops a stream that waits for acknowledgements', async () => {
    const { pair, ended } = start()
    const stop = new AbortController()
    const seen: number[] = []
    const running = errorOf(
      connect(contract, pair.window).count(
        { to: 1_000_000 },
        ({ at }) => {
          seen.push(at)
          if (at === 100) stop.abort()
        },
        { signal: stop.signal },
      ),
    )
    expect((await running).kind).toBe('cancelled')
    expect(await ended).toMatchObject({ name: 'AbortError' })
    expect(seen).toHaveLength(100)
  })
})

describe('streams', () => {
  it('delivers every event in order and resolves at the end', async () => {
    const { pair } = start()
    const seen: number[] = []
    await connect(contract, pair.window).count({ to: 1000 }, ({ at }) => void seen.push(at))
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1))
  })

  it('lets a producer run ahead of a silent reader by one window and no further', async () => {
    const { pair, emitted } = start()
    pair.sendRaw(JSON.stringify({ type: 'call', id: 7, name: 'count', input: { to: 1_000_000 } }))
    await settle()
    expect(emitted).toHaveLength(streamWindow)
    pair.sendRaw(JSON.stringify({ type: 'ack', id: 7, sequence: 10 }))
    await settle()
    expect(emitted).toHaveLength(streamWindow + 10)
  })

  it('believes no acknowledgement of events that were never sent', async () => {
    const { pair, emitted } = start()
    pair.sendRaw(JSON.stringify({ type: 'call', id: 7, name: 'count', input: { to: 1_000_000 } }))
    await settle()
    pair.sendRaw(JSON.stringify({ type: 'ack', id: 7, sequence: 1_000_000 }))
    await settle()
    expect(emitted).toHaveLength(2 * streamWindow)
  })

  it('cancels a stream whose listener fails, and rejects with what it threw', async () => {
    const { pair, ended } = start()
    const running = connect(contract, pair.window).count({ to: 1_000_000 }, () => {
      throw new RangeError('the window cannot show this')
    })
    await expect(running).rejects.toThrow('the window cannot show this')
    expect(await ended).toMatchObject({ name: 'AbortError' })
  })
})

describe('a connection that ends', () => {
  it('rejects open and later calls on the window’s side', async () => {
    const { pair } = start()
    const client = connect(contract, pair.window)
    const waiting = errorOf(client.wait({}))
    await settle()
    pair.services.close()
    expect(await waiting).toMatchObject({ reason: 'disconnected', kind: 'io' })
    expect(await errorOf(client.add({ a: 1, b: 1 }))).toMatchObject({ reason: 'disconnected' })
  })

  it('aborts open handlers on the services’ side', async () => {
    const { pair, ended } = start()
    pair.sendRaw(JSON.stringify({ type: 'call', id: 1, name: 'count', input: { to: 1_000_000 } }))
    await settle()
    pair.window.close()
    expect(await ended).toMatchObject({ name: 'AbortError' })
  })

  it.each([
    ['no JSON', '{'],
    ['no message', '[]'],
    ['an unknown type', '{"type":"eval","id":1}'],
    ['no id', '{"type":"call","name":"add","input":{}}'],
    ['a fractional id', '{"type":"cancel","id":1.5}'],
    ['a negative acknowledgement', '{"type":"ack","id":1,"sequence":-1}'],
    ['an endless name', JSON.stringify({ type: 'call', id: 1, name: 'a'.repeat(101), input: {} })],
  ])('is closed over %s', async (_what, text) => {
    const { pair } = start()
    pair.sendRaw(text)
    await settle()
    expect(pair.isClosed()).toBe(true)
  })

  it('is closed over a second call with an open id, before the handler sees it', async () => {
    const { pair, emitted } = start()
    const text = JSON.stringify({ type: 'call', id: 1, name: 'count', input: { to: 1_000_000 } })
    pair.sendRaw(text)
    pair.sendRaw(text)
    await settle()
    expect(pair.isClosed()).toBe(true)
    expect(emitted.length).toBeLessThanOrEqual(streamWindow)
  })

  it('is closed over a message longer than the limit', async () => {
    const pair = inMemoryPair({ limit: 1000 })
    serve(contract, {} as Handlers<typeof contract>, pair.services, {
      errors,
      onDefect: () => undefined,
    })
    pair.sendRaw(JSON.stringify({ type: 'call', id: 1, name: 'add', input: 'x'.repeat(1000) }))
    await settle()
    expect(pair.isClosed()).toBe(true)
  })

  it('ends the client when the services speak another version', async () => {
    const { pair } = start()
    const client = connect(contract, pair.window)
    const waiting = errorOf(client.wait({}))
    pair.services.post({ type: 'welcome' })
    expect(await waiting).toMatchObject({ reason: 'disconnected' })
  })
})

describe('the window’s own errors', () => {
  it.each([cancelledByCaller, connectionLost])('match the catalogue: $reason', (data) => {
    expect(new ImageError(data.reason as Reason, {}).toJSON()).toEqual(data)
  })
})
