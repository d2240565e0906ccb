import { Counter, Gauge, Registry } from 'prom-client'
import { ImageError, type BlockDevice, type DeviceStatistics } from '../../core/index.ts'

/** What is measured of a device: its statistics, under the label its configuration gives it. */
export type MeasuredDevice = Pick<BlockDevice, 'config' | 'stats'>

interface Measure {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
  /** undefined: of this device nobody knows, and nothing is told. */
  readonly of: (stats: DeviceStatistics) => number | undefined
}

/** ocaml-qcow's names, meanings and unit: all are bytes. */
const measures: readonly Measure[] = [
  counter('reads', 'Bytes read by the guest', ({ reads }) => reads),
  counter('writes', 'Bytes written by the guest', ({ writes }) => writes),
  counter('discards', 'Bytes discarded by the guest', ({ discards }) => discards),
  counter('junk', 'Bytes of clusters that became junk', (stats) => stats.recycler?.sums.junk),
  counter('erased', 'Bytes of clusters erased', (stats) => stats.recycler?.sums.erased),
  counter(
    'available',
    'Bytes of clusters made available',
    (stats) => stats.recycler?.sums.available,
  ),
  counter('roots', 'Bytes of clusters reserved', (stats) => stats.recycler?.sums.roots),
  counter('copied', 'Bytes of clusters copied', (stats) => stats.recycler?.sums.copied),
  counter('flushed', 'Bytes of copies made durable', (stats) => stats.recycler?.sums.flushed),
  counter('referenced', 'Bytes of copies in use', (stats) => stats.recycler?.sums.referenced),
  gauge('used', 'Bytes of clusters in use', ({ used }) => used),
  gauge('size', 'Length of the image file in bytes', ({ size }) => size),
]

function counter(name: string, help: string, of: Measure['of']): Measure {
  return { name, help, of, type: 'counter' }
}

function gauge(name: string, help: string, of: Measure['of']): Measure {
  return { name, help, of, type: 'gauge' }
}

const PREFIX = 'platter_qcow_'
const LABEL = 'id'

/**
 * Statistics of open devices as Prometheus reads them. Nothing is counted here: each scrape asks the
 * devices, so that the engine needs to know nothing of metrics. A device that is closed is no longer
 * told of; where Prometheus sees its counters again, from zero on, it takes that as a restart.
 */
export class DeviceMetrics {
  readonly #registry = new Registry()
  readonly #devices = new Map<string, MeasuredDevice>()
  /** Of the scrape under way: asked once for all measures, so that they fit each other. */
  #latest: readonly (readonly [string, DeviceStatistics])[] = []

  constructor() {
    for (const measure of measures) this.#register(measure)
  }

  /** Of the answer to a scrape: its HTTP header. */
  get contentType(): string {
    return this.#registry.contentType
  }

  /**
   * Tells of the device until it is closed or what this returns is disposed of. Gives the label it got:
   * the id of its configuration, with a number behind it when another open device has that one.
   */
  add(device: MeasuredDevice): Disposable & { readonly label: string } {
    const label = this.#freeLabel(device.config.id)
    this.#devices.set(label, device)
    return {
      label,
      [Symbol.dispose]: () => {
        if (this.#devices.get(label) === device) this.#devices.delete(label)
      },
    }
  }

  /** All of it in Prometheus' text format. */
  text(): Promise<string> {
    // Together with the synchronous start of the collecting below: no other scrape comes between.
    this.#latest = this.#collect()
    return this.#registry.metrics()
  }

  #register({ name, help, type, of }: Measure): void {
    const values = () => this.#valuesOf(of)
    const common = {
      name: `${PREFIX}${name}`,
      help,
      labelNames: [LABEL] as const,
      // Not the registry that all of a program shares: the default.
      registers: [],
    }
    this.#registry.registerMetric(
      type === 'counter'
        ? new Counter({
            ...common,
            collect() {
              this.reset()
              for (const [id, value] of values()) this.inc({ [LABEL]: id }, value)
            },
          })
        : new Gauge({
            ...common,
            collect() {
              this.reset()
              for (const [id, value] of values()) this.set({ [LABEL]: id }, value)
            },
          }),
    )
  }

  *#valuesOf(of: Measure['of']): Generator<readonly [string, number]> {
    for (const [label, stats] of this.#latest) {
      const value = of(stats)
      if (value !== undefined) yield [label, value]
    }
  }

  #collect(): readonly (readonly [string, DeviceStatistics])[] {
    const all: (readonly [string, DeviceStatistics])[] = []
    for (const [label, device] of this.#devices) {
      const stats = statsOf(device)
      if (stats === 'closed') this.#devices.delete(label)
      else if (stats !== 'silent') all.push([label, stats])
    }
    return all
  }

  #freeLabel(id: string): string {
    // Who was closed gives its label back, also when nobody asked since.
    for (const [label, device] of this.#devices) {
      if (statsOf(device) === 'closed') this.#devices.delete(label)
    }
    let label = id
    for (let number = 2; this.#devices.has(label); number++) label = `${id} ${number}`
    return label
  }
}

/** `silent`: its file cannot be asked now, which must not silence the others. */
function statsOf(device: MeasuredDevice): DeviceStatistics | 'closed' | 'silent' {
  try {
    return device.stats()
  } catch (error) {
    if (!(error instanceof ImageError)) throw error
    return error.reason === 'device-closed' ? 'closed' : 'silent'
  }
}
