import type { TextOutput } from '../terminal/text-output.ts'

/** Writes an array one element at a time, so that the first answers do not wait for the last. */
export class JsonArray {
  readonly #output: TextOutput
  #count = 0

  constructor(output: TextOutput) {
    this.#output = output
  }

  async add(element: unknown): Promise<void> {
    await this.#output.write(this.#count++ === 0 ? '[\n' : ',\n')
    await this.#output.write(indent(element))
  }

  async end(): Promise<void> {
    await this.#output.write(this.#count === 0 ? '[]\n' : '\n]\n')
  }
}

const indent = (element: unknown): string =>
  JSON.stringify(element, undefined, 4).replace(/^/gm, '    ')
