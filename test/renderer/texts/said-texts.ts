/**
 * Everything the catalogue can say: each text, and each function called with made-up facts of the types it asks for.
 * The types come from the compiler, so that a new function is called without anybody writing how.
 */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'

export interface SaidText {
  /** Where it stands: `library.status.holder`. */
  readonly place: string
  /** The last part of the place. */
  readonly key: string
  readonly text: string
  /** What its function was called with; nothing for a plain text. */
  readonly facts: readonly unknown[]
}

const folder = fileURLToPath(new URL('../../../renderer/texts/en/', import.meta.url))

/** What renderer/format makes of sizes and counts; by the name of the parameter, which says what is meant. */
const countedWords = /count|images|snapshots|clusters|others|problems|overlays|subject/i
const strings = ['web01.qcow2', '12.5 GiB'] as const
const countedStrings = ['web01.qcow2', '1 image', '3 images'] as const
const numbers = [0, 1, 2, 1_234_567] as const

export async function saidTexts(): Promise<readonly SaidText[]> {
  const files = readdirSync(folder)
    .filter((name) => name !== 'index.ts')
    .map((name) => path.join(folder, name))
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2024,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2024.d.ts'],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    noEmit: true,
  })
  const reader = new Reader(program.getTypeChecker())
  for (const file of files) {
    const source = program.getSourceFile(file)
    // Each module of the folder exports its area, and sometimes what the area is made with.
    const exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>
    if (source !== undefined) reader.readModule(source, exported)
  }
  return reader.said
}

class Reader {
  readonly said: SaidText[] = []
  readonly #checker: ts.TypeChecker

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker
  }

  readModule(source: ts.SourceFile, exported: Readonly<Record<string, unknown>>): void {
    const module = this.#checker.getSymbolAtLocation(source)
    if (module === undefined) return
    for (const symbol of this.#checker.getExportsOfModule(module)) {
      if ((symbol.flags & ts.SymbolFlags.Value) === 0) continue
      this.#read(symbol.name, this.#checker.getTypeOfSymbol(symbol), exported[symbol.name])
    }
  }

  #read(place: string, type: ts.Type, value: unknown): void {
    const key = place.slice(place.lastIndexOf('.') + 1)
    if (typeof value === 'string') this.said.push({ place, key, text: value, facts: [] })
    else if (typeof value === 'function') {
      const [signature] = type.getCallSignatures()
      for (const facts of this.#factsFor(signature)) {
        const text: unknown = Reflect.apply(value, undefined, facts)
        this.#take({ place, key, facts }, text)
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, part] of Object.entries(value)) {
        const property = type.getProperty(name)
        const inner = property === undefined ? type : this.#checker.getTypeOfSymbol(property)
        this.#read(`${place}.${name}`, inner, part)
      }
    }
  }

  /** What a function answered: a text, or a group of texts. */
  #take(asked: Omit<SaidText, 'text'>, answer: unknown): void {
    if (typeof answer === 'string') this.said.push({ ...asked, text: answer })
    else if (Array.isArray(answer)) for (const part of answer) this.#take(asked, part)
    else if (typeof answer === 'object' && answer !== null)
      for (const [key, part] of Object.entries(answer)) this.#take({ ...asked, key }, part)
    else if (answer !== undefined) this.said.push({ ...asked, text: JSON.stringify(answer) })
  }

  /** Each fact with each of its values, while the others have their first one; and all of them moving together. */
  #factsFor(signature: ts.Signature | undefined): readonly (readonly unknown[])[] {
    if (signature === undefined) return [[]]
    const values = signature.parameters.map((parameter) =>
      this.#valuesOf(this.#checker.getTypeOfSymbol(parameter), parameter.name),
    )
    const longest = Math.max(1, ...values.map(({ length }) => length))
    const together = Array.from({ length: longest }, (_, index) =>
      values.map((each) => each[index % each.length]),
    )
    const apart = values.flatMap((each, position) =>
      each.map((value) => values.map((other, index) => (index === position ? value : other[0]))),
    )
    return [...together, ...apart]
  }

  #valuesOf(type: ts.Type, name: string): readonly unknown[] {
    if (type.isUnion()) return type.types.flatMap((part) => this.#valuesOf(part, name))
    if (type.isStringLiteral() || type.isNumberLiteral()) return [type.value]
    const is = (flag: ts.TypeFlags): boolean => (type.flags & flag) !== 0
    if (is(ts.TypeFlags.Undefined)) return [undefined]
    if (is(ts.TypeFlags.BooleanLiteral)) return [this.#checker.typeToString(type) === 'true']
    if (is(ts.TypeFlags.Boolean)) return [true, false]
    if (is(ts.TypeFlags.Number)) return numbers
    if (is(ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral))
      return countedWords.test(name) ? countedStrings : strings
    if (this.#checker.isArrayType(type)) {
      const [of] = this.#checker.getTypeArguments(type as ts.TypeReference)
      const values = of === undefined ? [] : this.#valuesOf(of, name)
      return [values.slice(0, 1), values.slice(0, 3)]
    }
    return this.#objectsOf(type)
  }

  #objectsOf(type: ts.Type): readonly unknown[] {
    const properties = type.getProperties().map((property) => ({
      name: property.name,
      isOptional: (property.flags & ts.SymbolFlags.Optional) !== 0,
      values: this.#valuesOf(this.#checker.getTypeOfSymbol(property), property.name),
    }))
    const longest = Math.max(1, ...properties.map(({ values }) => values.length))
    const whole = Array.from({ length: longest }, (_, index) =>
      Object.fromEntries(
        properties.map(({ name, values }) => [name, values[index % values.length]]),
      ),
    )
    const least = properties
      .filter(({ isOptional }) => !isOptional)
      .map(({ name, values }) => [name, values[0]])
    return [...whole, Object.fromEntries(least)]
  }
}
