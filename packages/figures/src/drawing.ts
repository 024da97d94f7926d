import { JSDOM } from 'jsdom'

const namespace = 'http://www.w3.org/2000/svg'

export const ink = '#1c2333'
export const quiet = '#687083'
export const hairline = '#d9dde5'
const fonts = 'system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif'

type Attributes = Readonly<Record<string, string | number>>

/** Makes SVG elements in a document of its own: no globals, so that figures can be drawn side by side. */
export interface Pen {
  readonly document: Document
  /** An element with its attributes, and in it elements or text, which is escaped. */
  element(name: string, attributes: Attributes, ...content: readonly (Element | string)[]): SVGElement
  /** The text of a standalone SVG file. */
  print(svg: SVGElement): string
}

export function createPen(): Pen {
  const { window } = new JSDOM('')
  const { document } = window
  return {
    document,
    element: (name, attributes, ...content) => {
      const element = document.createElementNS(namespace, name)
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
      element.append(...content.map((part) => (typeof part === 'string' ? printable(part) : part)))
      return element
    },
    print: (svg) => new window.XMLSerializer().serializeToString(svg),
  }
}

/** XML has no way to write control characters, not even escaped. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the control characters are what this is about
  return text.replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD')
}

export interface Page {
  readonly width: number
  readonly height: number
  readonly title: string
  /** A sentence or two for those who cannot see the figure. */
  readonly description: string
  /** The line below the title. */
  readonly caption: string
}

export const margin = 28
/** Where the space below title and caption begins. */
export const headHeight = 74

/** A white page with a title and a caption, for the parts of a figure. */
export function drawPage(pen: Pen, page: Page, parts: readonly Element[]): SVGElement {
  const { width, height, title, description, caption } = page
  return pen.element(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'font-family': fonts, 'font-size': 12, fill: ink },
    pen.element('title', {}, title),
    pen.element('desc', {}, description),
    pen.element('rect', { width, height, fill: 'white' }),
    pen.element('text', { x: margin, y: 34, 'font-size': 17, 'font-weight': 600 }, title),
    pen.element('text', { x: margin, y: 55, fill: quiet }, caption),
    ...parts,
  )
}

/** Takes a figure of Observable Plot as a part of a page: what its style sheet says is said by attributes. */
export function place(plot: Element, x: number, y: number): Element {
  for (const style of plot.querySelectorAll('style')) style.remove()
  plot.removeAttribute('class')
  plot.removeAttribute('font-family')
  plot.setAttribute('font-size', '12')
  plot.setAttribute('x', String(x))
  plot.setAttribute('y', String(y))
  plot.setAttribute('overflow', 'visible')
  plot.setAttribute('color', ink)
  return plot
}

export const formatCount = (count: number): string => count.toLocaleString('en-US')
