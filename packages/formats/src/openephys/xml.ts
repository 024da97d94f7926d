import { InvalidValueError } from '../errors.ts'

/** An element of an XML text; its own text is left out. */
export interface XmlElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
}

interface OpenElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: XmlElement[]
}

// declarations, comments and text that is no markup are passed over; an attribute may hold `>`
const tag = /<!--[\s\S]*?-->|<[?!][^>]*>|<(\/?)([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/g
const attribute = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g
const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

/** Reads the elements and attributes of an XML text; `path` only names it in errors. Throws `invalid-value` where tags do not close. */
export function parseXml(text: string, path: string): XmlElement {
  const root: OpenElement = { name: '', attributes: new Map(), children: [] }
  const open: OpenElement[] = [root]
  for (const [, closes, name, attributes = '', isEmpty] of text.matchAll(tag)) {
    if (name === undefined) continue
    const current = open.at(-1) ?? root
    if (closes === '/') {
      if (open.length === 1 || current.name !== name) throw unclosed(path, `</${name}>`, current.name)
      open.pop()
    } else {
      const element: OpenElement = { name, attributes: parseAttributes(attributes), children: [] }
      current.children.push(element)
      if (isEmpty !== '/') open.push(element)
    }
  }
  const last = open.at(-1)
  if (last !== root || root.children.length === 0) throw unclosed(path, 'the end of the file', last?.name ?? '')
  return root
}

/** All elements of a name, at any depth, in the order of the text. */
export function elementsOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...elementsOf(child, name)])
}

const unclosed = (path: string, found: string, name: string): InvalidValueError =>
  new InvalidValueError(path, 'XML', found, name === '' ? 'an element' : `</${name}> first`)

const parseAttributes = (text: string): ReadonlyMap<string, string> =>
  new Map(
    Array.from(text.matchAll(attribute), ([, name = '', double, single]) => [name, decode(double ?? single ?? '')]),
  )

const decode = (text: string): string =>
  text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code: string | undefined, name: string | undefined) =>
    code === undefined ? (entities[name ?? ''] ?? whole) : String.fromCodePoint(Math.min(Number(code), 0x10ffff)),
  )
