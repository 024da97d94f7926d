export type XmlAttributes = Readonly<Record<string, string | number>>

/** An element with its attributes, whose values may be any text, and what is in it, which is XML already. */
export function element(name: string, attributes: XmlAttributes, children: readonly string[] = []): string {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${text(String(value))}"`)
  const open = `<${name}${given.join('')}`
  return children.length === 0 ? `${open}/>` : `${open}>${children.join('')}</${name}>`
}

/** A text as XML: what XML has no characters for is shown as one that it lacks. */
export const text = (value: string): string =>
  value
    .replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
