/**
 * A strict reader of the XML that libvirt, VirtualBox and UTM write: elements, attributes, text. It knows no
 * document types and with them no entities but the five of XML and numbers, so nothing can be expanded, and no
 * other file can be named. A text that breaks a rule is refused whole.
 */

export interface XmlElement {
  /** Without a namespace's prefix. */
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** Of this element itself, joined; without its children's. */
  readonly text: string
}

/** Deeper than any of these programs nests; one element more is a text made to exhaust somebody. */
const deepest = 256

/** The root element, or undefined when the text is no XML that this reads. */
export function readXml(text: string): XmlElement | undefined {
  try {
    return new XmlReader(text).document()
  } catch (error) {
    if (error instanceof XmlRefusal) return undefined
    throw error
  }
}

/** Children of this name, in order. */
export const childrenOf = (element: XmlElement | undefined, name: string): readonly XmlElement[] =>
  element?.children.filter((child) => child.name === name) ?? []

export const childOf = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  childrenOf(element, name)[0]

/** All elements of this name at any depth, the element itself included. */
export function* elementsNamed(element: XmlElement, name: string): Generator<XmlElement> {
  if (element.name === name) yield element
  for (const child of element.children) yield* elementsNamed(child, name)
}

class XmlRefusal extends Error {}

interface OpenElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: XmlElement[]
  text: string
}

const namePattern = /[A-Za-z_][\w.:-]*/y
const spacePattern = /[ \t\r\n]*/y

class XmlReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text.startsWith('\ufeff') ? text.slice(1) : text
  }

  document(): XmlElement {
    const open: OpenElement[] = []
    for (;;) {
      const next = this.#text.indexOf('<', this.#at)
      if (next === -1) throw new XmlRefusal('it ends within an element')
      this.#addText(open.at(-1), this.#text.slice(this.#at, next))
      this.#at = next
      if (this.#skipped('<!--', '-->') || this.#skipped('<?', '?>')) continue
      if (this.#text.startsWith('<![CDATA[', this.#at)) {
        this.#addRaw(open.at(-1), this.#until('<![CDATA['.length, ']]>'))
        continue
      }
      if (this.#text.startsWith('<!DOCTYPE', this.#at)) {
        if (open.length > 0 || this.#until('<!DOCTYPE'.length, '>').includes('[')) {
          throw new XmlRefusal('it brings a document type of its own')
        }
        continue
      }
      const closed = this.#text.startsWith('</', this.#at)
        ? this.#closing(open)
        : this.#opening(open)
      if (closed === undefined) continue
      const parent = open.at(-1)
      if (parent === undefined) return closed
      parent.children.push(closed)
    }
  }

  /** The element when the tag closes itself. */
  #opening(open: OpenElement[]): XmlElement | undefined {
    this.#at += 1
    const name = localName(this.#name())
    const attributes = new Map<string, string>()
    for (;;) {
      this.#match(spacePattern)
      if (this.#text.startsWith('/>', this.#at)) {
        this.#at += 2
        return { name, attributes, children: [], text: '' }
      }
      if (this.#text.startsWith('>', this.#at)) {
        this.#at += 1
        if (open.length >= deepest) throw new XmlRefusal('it nests too deep')
        open.push({ name, attributes, children: [], text: '' })
        return undefined
      }
      const key = localName(this.#name())
      this.#match(spacePattern)
      this.#expect('=')
      this.#match(spacePattern)
      const quote = this.#text[this.#at]
      if (quote !== '"' && quote !== "'") throw new XmlRefusal('an attribute has no quotes')
      attributes.set(key, unescape(this.#until(1, quote)))
    }
  }

  #closing(open: OpenElement[]): XmlElement {
    this.#at += 2
    const name = localName(this.#name())
    this.#match(spacePattern)
    this.#expect('>')
    const closed = open.pop()
    if (closed?.name !== name) throw new XmlRefusal('tags do not match')
    return closed
  }

  #addText(element: OpenElement | undefined, text: string): void {
    if (text.trim() !== '') this.#addRaw(element, unescape(text))
  }

  #addRaw(element: OpenElement | undefined, text: string): void {
    if (element === undefined) throw new XmlRefusal('there is text outside of the root')
    element.text += text
  }

  #skipped(start: string, end: string): boolean {
    if (!this.#text.startsWith(start, this.#at)) return false
    this.#until(start.length, end)
    return true
  }

  /** What stands between here, `skip` characters on, and `end`; goes on after it. */
  #until(skip: number, end: string): string {
    const from = this.#at + skip
    const to = this.#text.indexOf(end, from)
    if (to === -1) throw new XmlRefusal(`there is no ${end}`)
    this.#at = to + end.length
    return this.#text.slice(from, to)
  }

  #name(): string {
    const name = this.#match(namePattern)
    if (name === '') throw new XmlRefusal('a name is missing')
    return name
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += found.length
    return found
  }

  #expect(text: string): void {
    if (!this.#text.startsWith(text, this.#at)) throw new XmlRefusal(`there is no ${text}`)
    this.#at += text.length
  }
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
}

function unescape(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(/&([^;&]{0,12});?/g, (whole, body: string) => {
    const named = entities[body]
    if (named !== undefined && whole.endsWith(';')) return named
    const number = /^#(?:x([0-9A-Fa-f]+)|([0-9]+))$/.exec(body)
    const point =
      number === null
        ? Number.NaN
        : Number.parseInt(number[1] ?? number[2] ?? '', number[1] === undefined ? 10 : 16)
    if (!whole.endsWith(';') || !(point > 0 && point <= 0x10_ffff)) {
      throw new XmlRefusal('it uses an entity that is none of XML')
    }
    return String.fromCodePoint(point)
  })
}
