import { join } from 'node:path'
import { expect, test } from 'vitest'
import { defineSchema, formatDot, formatMermaid, formatSvg, type Schema } from '../src/index.ts'
import { palettes } from '../src/diagram/theme.ts'
import { largePipeline } from './large-pipeline.ts'
import { elementsIn, hasClass, parseXml, type XmlElement } from './xml-tree.ts'

interface Rectangle {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Where a text stands: with what hangs below its line, and without the room above small letters. */
function textRectangle({ attributes }: XmlElement): Rectangle {
  const [x, y, width, size] = ['x', 'y', 'textLength', 'font-size'].map((name) => Number(attributes[name]))
  if (x === undefined || y === undefined || width === undefined || size === undefined) throw new RangeError('all there')
  const left = attributes['text-anchor'] === 'middle' ? x - width / 2 : x
  return { left, right: left + width, top: y - size * 0.8, bottom: y + size * 0.25 }
}

const overlap = (a: Rectangle, b: Rectangle): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

const isIn = (inner: Rectangle, outer: Rectangle): boolean =>
  inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom

/** The rectangle around a shape. */
function shapeRectangle({ name, attributes }: XmlElement): Rectangle {
  const number = (key: string) => Number(attributes[key])
  if (name === 'ellipse') {
    const [x, y, across, down] = [number('cx'), number('cy'), number('rx'), number('ry')]
    return { left: x - across, right: x + across, top: y - down, bottom: y + down }
  }
  const [left, top] = [number('x'), number('y')]
  return { left, top, right: left + number('width'), bottom: top + number('height') }
}

/** Points along the curves of a path. */
function pointsOf(path: string): readonly (readonly [x: number, y: number])[] {
  const numbers = [...path.matchAll(/-?[\d.]+/g)].map(([text]) => Number(text))
  const points = numbers.flatMap((x, index) => (index % 2 === 0 ? [[x, numbers[index + 1] ?? 0] as const] : []))
  return points.flatMap((_, start) => {
    const curve = points.slice(start, start + 4)
    if (start % 3 !== 0 || curve.length < 4) return []
    return Array.from({ length: 25 }, (__, step) => {
      const t = step / 24
      const weights = [(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t ** 2, t ** 3]
      const along = (axis: 0 | 1) => curve.reduce((sum, point, index) => sum + point[axis] * (weights[index] ?? 0), 0)
      return [along(0), along(1)] as const
    })
  })
}

const svgOf = async (source: readonly Schema[], options = {}) => parseXml(await formatSvg(source, options))

test.each([
  { direction: 'LR', theme: 'light' },
  { direction: 'TB', theme: 'dark' },
] as const)('a pipeline of more than 60 tables is legible, $direction, $theme', async (options) => {
  const schemas = largePipeline()
  const tables = schemas.flatMap((schema) => schema.tables)
  expect(tables.length).toBeGreaterThanOrEqual(60)
  const elements = elementsIn(await svgOf(schemas, options))
  const shapes = elements.filter((one) => hasClass(one, 'table'))
  expect(shapes).toHaveLength(tables.length)
  const labels = new Map<string, Rectangle>()
  for (const shape of shapes) {
    const [, outline, label] = shape.children
    if (!outline || !label) throw new RangeError('a title, an outline and a label')
    expect(Number(label.attributes['font-size'])).toBeGreaterThanOrEqual(10)
    expect([label.text, isIn(textRectangle(label), shapeRectangle(outline))]).toEqual([label.text, true])
    labels.set(label.text, textRectangle(label))
  }
  expect([...labels.keys()].toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
    tables.map(({ typeName }) => typeName).toSorted((a, b) => (a < b ? -1 : 1)),
  )
  // no label is written over another, that of a schema included
  const texts = elements.filter(({ name }) => name === 'text')
  const collisions = texts.flatMap((one, index) =>
    texts.slice(index + 1).filter((other) => overlap(textRectangle(one), textRectangle(other))),
  )
  expect(texts).toHaveLength(tables.length + schemas.length)
  expect(collisions.map(({ text }) => text)).toEqual([])
  // a line goes through no label but those at its ends
  const edges = elements.filter((one) => hasClass(one, 'reference'))
  expect(edges).toHaveLength(tables.flatMap(({ declaration }) => declaration.foreignKeys).length)
  for (const { children } of edges) {
    const [title, path] = children
    const ends = title?.text.split('\n')[0]?.split(' → ') ?? []
    expect(ends).toHaveLength(2)
    const crossed = [...labels].filter(([name, { left, right, top, bottom }]) => {
      const inside = ([x, y]: readonly [number, number]) => x > left && x < right && y > top && y < bottom
      return !ends.includes(name) && pointsOf(path?.attributes['d'] ?? '').some(inside)
    })
    expect([ends, crossed.map(([name]) => name)]).toEqual([ends, []])
  }
})

test('the picture in the guide is what is drawn', async () => {
  const picture = join(import.meta.dirname, '../../../docs/guides/images/pipeline.svg')
  // vitest --update draws it again
  await expect(await formatSvg(largePipeline(), { title: 'A pipeline of 78 tables' })).toMatchFileSnapshot(picture)
})

/** One of every tier, and of every kind of reference. */
function smallPipeline(): readonly Schema[] {
  const lab = defineSchema('lab')
  const Species = lab.lookup('Species', {}, 'species : varchar(8)')
  const Animal = lab.manual('Animal', { Species }, '# an animal\nanimal : int16\n---\n-> Species')
  const Surgery = lab.manual('Surgery', { Animal }, '-> Animal')
  const work = defineSchema('work')
  work.manual('Pair', { Animal }, "-> Animal\n-> Animal.proj(other='animal')\n---\nscore : float64")
  const Scan = work.imported('Scan', { Surgery }, '-> Surgery', {
    make: null,
    parts: { Field: [{}, '-> master\nfield : int16'] },
  })
  work.computed('Rate', { Scan }, '-> Scan.Field', { make: null })
  return [lab, work]
}

test('shapes, lines and colours say what they mean', async () => {
  const elements = elementsIn(await svgOf(smallPipeline()))
  const table = (name: string) => {
    const found = elements.find((one) => hasClass(one, 'table') && one.children[2]?.text === name)
    if (!found) throw new RangeError(`there is no ${name}`)
    const [title, outline, label] = found.children
    return { tooltip: title?.text, outline, label, classes: found.attributes['class'] }
  }
  const { tiers } = palettes.light
  for (const [name, tier, shape] of [
    ['Species', 'lookup', 'rect'],
    ['Animal', 'manual', 'rect'],
    ['Scan', 'imported', 'ellipse'],
    ['Rate', 'computed', 'ellipse'],
    ['Scan.Field', 'part', 'rect'],
  ] as const) {
    const { outline, label, classes } = table(name)
    expect(classes).toBe(`table ${tier}`)
    expect(outline).toMatchObject({ name: shape, attributes: { fill: tiers[tier].fill, stroke: tiers[tier].stroke } })
    expect(label?.attributes['fill']).toBe(tiers[tier].text)
  }
  // underlined: it adds to the key
  expect(table('Animal').label?.attributes['text-decoration']).toBe('underline')
  expect(table('Scan.Field').label?.attributes['text-decoration']).toBe('underline')
  expect(table('Surgery').label?.attributes['text-decoration']).toBeUndefined()
  expect(table('Pair').label?.attributes['text-decoration']).toBeUndefined()
  expect(table('Animal').tooltip).toBe('Animal\n\n# an animal\nanimal : int16\n---\n-> Species')
  const edges = elements
    .filter((one) => hasClass(one, 'reference'))
    .map(({ children: [title, path] }) => {
      const { 'stroke-width': width, 'stroke-dasharray': dash = 'solid', stroke } = path?.attributes ?? {}
      return [title?.text, width, dash, stroke === palettes.light.renamed ? 'amber' : 'dark']
    })
  expect(edges.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))).toEqual([
    ['Animal → Pair', '0.75', 'solid', 'dark'],
    ['Animal → Pair\nother = animal', '0.75', 'solid', 'amber'],
    ['Animal → Surgery', '2', 'solid', 'dark'],
    ['Scan → Scan.Field', '0.75', 'solid', 'dark'],
    ['Scan.Field → Rate', '2', 'solid', 'dark'],
    ['Species → Animal', '0.75', '5 3', 'dark'],
    ['Surgery → Scan', '2', 'solid', 'dark'],
  ])
  expect(elements.filter((one) => hasClass(one, 'schema')).map(({ children: [title] }) => title?.text)).toEqual([
    'lab',
    'work',
  ])
})

test('the picture needs nothing else, is told to those who do not see it, and is the same each time', async () => {
  const svg = await formatSvg(smallPipeline(), { title: 'Animals & "scans"' })
  expect(await formatSvg(smallPipeline(), { title: 'Animals & "scans"' })).toBe(svg)
  const root = parseXml(svg)
  expect(root.attributes).toMatchObject({ role: 'img', 'aria-label': 'Animals & "scans"' })
  const [title, desc] = root.children
  expect(title).toMatchObject({ name: 'title', text: 'Animals & "scans"' })
  expect(desc?.text).toContain('lab: Species (lookup); Animal (manual) refers to Species; Surgery (manual)')
  expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(
    /href|url\(|http|<style|<script|<image|@import/,
  )
})

test('no text becomes anything else, whatever is in it', async () => {
  const wild = '</script><script>alert(1)</script> ]]> &amp; "q" \'a\' \\N \\l {x|y} <b> --> ${c} \u0001 `t` %% end'
  const schema = defineSchema('end')
  const A = schema.manual(
    'A',
    {},
    `# ${wild}\na : int16 # ${wild}\n---\nb = "${wild.replaceAll('"', '""')}" : varchar(200)`,
  )
  schema.manual('B', { A }, '-> A')
  const svg = await formatSvg([schema])
  const [tooltip] = elementsIn(parseXml(svg)).filter((one) => one.name === 'title' && one.text.startsWith('A\n'))
  // XML has no U+0001
  expect(tooltip?.text).toContain(`# ${wild.replace('\u0001', '\uFFFD')}`)
  expect(svg).not.toMatch(/<\/?(script|b)\b/)
  expect(formatMermaid([schema])).not.toContain('script')
  // a line of it is one attribute list, whose quotes are closed
  for (const line of formatDot([schema]).split('\n')) {
    expect([line, line.replaceAll(/"(\\.|[^"\\])*"/g, '').includes('"')]).toEqual([line, false])
  }
})

test('text can be read on what it stands on, in both themes', () => {
  for (const { background, tiers, collapsed, schema, edge, renamed } of Object.values(palettes)) {
    for (const { fill, text } of [...Object.values(tiers), collapsed, schema]) {
      expect(contrast(fill, text)).toBeGreaterThanOrEqual(4.5)
    }
    // what is no text: WCAG 2.2, 1.4.11
    for (const line of [edge, renamed]) expect(contrast(background, line)).toBeGreaterThanOrEqual(3)
  }
})

/** WCAG 2.2: contrast ratio. */
function contrast(one: string, other: string): number {
  const luminance = (color: string): number => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

test('options are checked, and drawing ends when it is asked to', async () => {
  const schemas = smallPipeline()
  // @ts-expect-error -- there is no such theme
  await expect(formatSvg(schemas, { theme: 'blue' })).rejects.toMatchObject({ code: 'invalid-call' })
  // @ts-expect-error -- nor such a direction
  expect(() => formatDot(schemas, { direction: 'RL' })).toThrow("There are 'LR' and 'TB'.")
  // @ts-expect-error -- nor such an option
  await expect(formatSvg(schemas, { colour: 'blue' })).rejects.toMatchObject({ code: 'invalid-call' })
  await expect(formatSvg(schemas, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  // nothing is a picture too
  expect(elementsIn(await svgOf([])).filter(({ name }) => name === 'text')).toEqual([])
})
