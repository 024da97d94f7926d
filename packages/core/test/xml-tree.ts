/** An element of XML as a strict reader sees it. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  /** Of itself, without that of its children. */
  readonly text: string
}

/** Reads a document of elements, attributes and text, and fails where a browser would: nothing else may be in it. */
export function parseXml(source: string): XmlElement {
  let at = 0
  const fail = (problem: string): never => {
    throw new SyntaxError(`${problem} at ${at}: ${JSON.stringify(source.slice(at, at + 40))}`)
  }
  const take = (pattern: RegExp): readonly string[] | null => {
    const match = new RegExp(pattern.source, 'yu')
    match.lastIndex = at
    const found = match.exec(source)
    if (found) at = match.lastIndex
    return found
  }
  const readText = (text: string): string => {
    if (/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(text))
      fail('a character that XML does not have')
    return text.replaceAll(/&(#(\d+);|\w*;?)?/g, (whole, _, code: string | undefined) =>
      code === undefined ? fail(`no character ${whole}`) : String.fromCodePoint(Number(code)),
    )
  }
  const readElement = (): XmlElement => {
    const name = take(/<([a-zA-Z]+)/)?.[1] ?? fail('no element')
    const attributes: Record<string, string> = {}
    for (let found = take(/\s+([\w:-]+)="([^"<]*)"/); found; found = take(/\s+([\w:-]+)="([^"<]*)"/)) {
      const [, key = '', value = ''] = found
      if (key in attributes) fail(`${key} twice`)
      attributes[key] = readText(value)
    }
    if (take(/\s*\/>/)) return { name, attributes, children: [], text: '' }
    if (!take(/\s*>/)) fail('a start tag without an end')
    const children: XmlElement[] = []
    let text = ''
    for (;;) {
      text += readText(take(/[^<]*/)?.[0] ?? '')
      if (source.startsWith('</', at)) break
      children.push(readElement())
    }
    if (!take(new RegExp(`</${name}>`))) fail(`no end of ${name}`)
    return { name, attributes, children, text }
  }
  const root = readElement()
  take(/\s*/)
  if (at < source.length) fail('something after the end')
  return root
}

/** An element and all that is in it. */
export const elementsIn = (root: XmlElement): readonly XmlElement[] => [root, ...root.children.flatMap(elementsIn)]

export const hasClass = ({ attributes }: XmlElement, name: string): boolean =>
  attributes['class']?.split(' ').includes(name) ?? false
