import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import type { FileAccess, MeasuredProgress } from '../../core/index.ts'
import { DeviceMetrics, type MeasuredDevice } from './device-metrics.ts'
import type { MetricsSource } from './metrics-server.ts'

/** How far a run is. */
export interface RunReport extends MeasuredProgress {
  /** Percent of the whole run. */
  readonly progress: number
}

/** What one command does while it runs, with the process it runs in and the devices that it has open. */
export class RunMetrics implements MetricsSource {
  readonly #registry = new Registry()
  readonly #devices = new DeviceMetrics()
  readonly #progress: Gauge
  readonly #phase: Gauge<'phase'>
  readonly #done: Gauge<'unit'>
  readonly #total: Gauge<'unit'>
  readonly #speed: Gauge<'unit'>
  readonly #secondsLeft: Gauge<'phase'>
  readonly #accesses: Counter<'action'>
  readonly #failures: Counter<'action'>
  readonly #seconds: Counter<'action'>
  readonly #readBytes: Counter<'structure'>
  readonly #writtenBytes: Counter<'structure'>

  constructor({ verb, version }: { readonly verb: string; readonly version: string }) {
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry })
    new Gauge({
      name: 'platter_run_info',
      help: 'What runs: the verb, and the version of Platter',
      labelNames: ['verb', 'version'],
      registers,
    }).set({ verb, version }, 1)
    const gauge = <Label extends string>(
      name: string,
      help: string,
      labelNames: readonly Label[] = [],
    ) => new Gauge<Label>({ name: `platter_run_${name}`, help, labelNames, registers })
    const counter = <Label extends string>(
      name: string,
      help: string,
      labelNames: readonly Label[],
    ) => new Counter<Label>({ name: `platter_file_${name}`, help, labelNames, registers })
    this.#progress = gauge('progress_ratio', 'How far the whole run is, from 0 to 1')
    this.#phase = gauge('phase', 'What is being done now', ['phase'])
    this.#done = gauge('phase_done', 'What of the phase is done', ['unit'])
    this.#total = gauge('phase_total', 'What the phase has to do; 0 while it is not known', [
      'unit',
    ])
    this.#speed = gauge('phase_speed', 'Units done in a second, lately', ['unit'])
    this.#secondsLeft = gauge('phase_left_seconds', 'Time that is left, about', ['phase'])
    this.#accesses = counter('accesses_total', 'Accesses to image files', ['action'])
    this.#failures = counter('failures_total', 'Accesses that failed', ['action'])
    this.#seconds = counter('access_seconds_total', 'Time that accesses took', ['action'])
    this.#readBytes = counter('read_bytes_total', 'Bytes read', ['structure'])
    this.#writtenBytes = counter('written_bytes_total', 'Bytes written', ['structure'])
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  accessed({ action, tag, length = 0, durationMs, failure }: FileAccess): void {
    this.#accesses.inc({ action })
    this.#seconds.inc({ action }, durationMs / 1000)
    if (failure !== undefined) this.#failures.inc({ action })
    if (action === 'read') this.#readBytes.inc({ structure: tag ?? 'data' }, length)
    if (action === 'write') this.#writtenBytes.inc({ structure: tag ?? 'data' }, length)
  }

  progressed({ progress, phase, done, total, unit, speed, secondsLeft }: RunReport): void {
    this.#progress.set(progress / 100)
    // What was told of another phase or in other units is no longer true.
    const gone = [this.#phase, this.#done, this.#total, this.#speed, this.#secondsLeft]
    for (const gauge of gone) gauge.reset()
    this.#phase.set({ phase }, 1)
    this.#done.set({ unit }, done)
    this.#total.set({ unit }, total)
    if (speed !== undefined) this.#speed.set({ unit }, speed)
    if (secondsLeft !== undefined) this.#secondsLeft.set({ phase }, secondsLeft)
  }

  /** Tells of the device until it is closed. */
  opened(device: MeasuredDevice): void {
    this.#devices.add(device)
  }

  async text(): Promise<string> {
    return `${await this.#registry.metrics()}\n${await this.#devices.text()}`
  }
}
