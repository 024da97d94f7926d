import { describe } from '../schema/describe.ts'
import { diagram, type DiagramSource } from './diagram.ts'
import { dotName, fontSizes } from './dot.ts'
import { type Graph, type GraphEdge, graphOf, type SchemaBox, type TableNode } from './graph.ts'
import { type Box, type Layout, layOut, type Point } from './layout.ts'
import { type DrawOptions, drawOptions, formatCount } from './mermaid.ts'
import { textWidth } from './text-width.ts'
import { type NodeColors, type Palette, palettes } from './theme.ts'
import { element, type XmlAttributes, text } from './xml.ts'

/** How a diagram is drawn as SVG. */
export interface SvgOptions extends DrawOptions {
  /** What it is called by those who do not see it: `Pipeline` where it is left out. */
  readonly title?: string
  readonly signal?: AbortSignal
}

/** (pt) around the whole. */
const margin = 8

/**
 * Draws tables as SVG that needs nothing else: no program, no font, no style sheet. Boxes, ellipses and lines mean what they
 * do in `formatDot`; resting on one shows its definition. The same diagram always gives the same text.
 */
export async function formatSvg(source: DiagramSource, options: SvgOptions = {}): Promise<string> {
  const draw = drawOptions('formatSvg()', options, ['title', 'signal'])
  const { title = 'Pipeline', signal } = options
  signal?.throwIfAborted()
  const shown = diagram(source)
  const layout = await layOut(shown, draw)
  signal?.throwIfAborted()
  const graph = graphOf(shown)
  const colors = palettes[draw.theme]
  const [width, height] = [layout.width + 2 * margin, layout.height + 2 * margin].map(round)
  const drawn = [
    ...graph.schemas.flatMap((schema, index) => drawSchema(schema, index, layout, colors)),
    ...graph.edges.map((edge, index) => drawEdge(edge, layout.edges.get(index) ?? [], graph, colors)),
    ...graph.schemas.flatMap((schema, index) => drawSchemaName(schema, index, layout, colors)),
    ...graph.schemas.flatMap((schema) => drawNodes(schema, layout, colors)),
  ]
  const root = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    width: `${width}pt`,
    height: `${height}pt`,
    role: 'img',
    'aria-label': title,
    'font-family': 'Helvetica, Arial, sans-serif',
  }
  return `${element('svg', root, [
    element('title', {}, [text(title)]),
    element('desc', {}, [text(summarise(graph))]),
    element('rect', { width: width ?? 0, height: height ?? 0, fill: colors.background }),
    element('g', { transform: `translate(${margin} ${margin})` }, drawn),
  ])}\n`
}

function drawSchema({ name, groups }: SchemaBox, index: number, { boxes }: Layout, colors: Palette): readonly string[] {
  const box = boxes.get(`cluster_${index}`)
  if (!box) return []
  const { fill, stroke } = colors.schema
  return [
    element('g', { class: 'schema' }, [
      element('title', {}, [text(name)]),
      element('rect', { ...place(box), rx: 8, fill, stroke }),
    ]),
    ...groups.flatMap((_, number) => {
      const frame = boxes.get(`cluster_${index}_${number}`)
      return frame
        ? [element('rect', { class: 'group', ...place(frame), rx: 6, fill: 'none', stroke, 'stroke-dasharray': '1 3' })]
        : []
    }),
  ]
}

/** Above the lines that cross it, which leave it legible. */
function drawSchemaName({ name }: SchemaBox, index: number, { boxes }: Layout, { schema }: Palette): readonly string[] {
  const box = boxes.get(`cluster_${index}`)
  if (!box) return []
  const look = {
    fill: schema.text,
    'font-weight': 'bold',
    stroke: schema.fill,
    'stroke-width': 4,
    'stroke-linejoin': 'round',
    'paint-order': 'stroke',
  }
  return [drawText(name, { x: box.x + 10, y: box.y + fontSizes.schema + 4 }, fontSizes.schema, look)]
}

function drawNodes({ name, groups, collapsed }: SchemaBox, { boxes }: Layout, colors: Palette): readonly string[] {
  const box = collapsed && boxes.get(dotName(collapsed.id))
  return [
    ...groups.flat().flatMap((node) => {
      const own = boxes.get(dotName(node.id))
      return own ? [drawTable(node, own, colors)] : []
    }),
    ...(collapsed && box ? [drawCollapsed(name, collapsed.tables, box, colors)] : []),
  ]
}

function drawTable({ table, isDimension }: TableNode, box: Box, { tiers }: Palette): string {
  const { tier } = table.declaration
  const { fill, stroke, text: color } = tiers[tier]
  const size = tier === 'part' ? fontSizes.part : fontSizes.table
  const isMade = tier === 'imported' || tier === 'computed'
  const look = { fill, stroke, 'stroke-width': 1.2 }
  return element('g', { class: `table ${tier}` }, [
    element('title', {}, [text(`${table.typeName}\n\n${describe(table)}`)]),
    isMade
      ? element('ellipse', { ...centre(box), rx: round(box.width / 2), ry: round(box.height / 2), ...look })
      : element('rect', { ...place(box), rx: tier === 'part' ? 4 : 6, ...look }),
    drawLabel(table.typeName, box, size, color, isDimension),
  ])
}

function drawCollapsed(schema: string, tables: number, box: Box, { collapsed }: Palette): string {
  const { fill, stroke, text: color }: NodeColors = collapsed
  const look = { rx: 4, fill, stroke, 'stroke-width': 1.2 }
  const front = { x: box.x, y: box.y + 4, width: box.width - 4, height: box.height - 4 }
  return element('g', { class: 'collapsed' }, [
    element('title', {}, [text(`${formatCount(tables).slice(1, -1)} of ${schema}`)]),
    // a pile of them
    element('rect', { ...place({ ...front, x: box.x + 4, y: box.y }), ...look }),
    element('rect', { ...place(front), ...look }),
    drawLabel(formatCount(tables), front, fontSizes.table, color, false),
  ])
}

function drawLabel(label: string, box: Box, size: number, fill: string, isUnderlined: boolean): string {
  const { cx, cy } = centre(box)
  // digits and small letters stand about a third of the size above and below the middle
  return drawText(label, { x: cx, y: cy + size * 0.35 }, size, {
    'text-anchor': 'middle',
    fill,
    ...(isUnderlined ? { 'text-decoration': 'underline' } : {}),
  })
}

/** As wide as it was laid out, in whatever font there is. */
const drawText = (label: string, { x, y }: Point, size: number, look: XmlAttributes): string =>
  element(
    'text',
    {
      x: round(x),
      y: round(y),
      'font-size': size,
      textLength: round(textWidth(label, size) * (look['font-weight'] === undefined ? 1 : 1.08)),
      lengthAdjust: 'spacingAndGlyphs',
      ...look,
    },
    [text(label)],
  )

function drawEdge(edge: GraphEdge, points: readonly Point[], graph: Graph, colors: Palette): string {
  const { kind, place: where, renames, from, to } = edge
  const [start = { x: 0, y: 0 }, ...curves] = points
  const path = `M${spell(start)}${curves.map((point, index) => `${index % 3 === 0 ? 'C' : ' '}${spell(point)}`).join('')}`
  const isThick = kind === 'bundle' || where === 'whole-key'
  const names = namesIn(graph)
  const tooltip = [`${names.get(from) ?? from} → ${names.get(to) ?? to}`, ...renames].join('\n')
  const stroke = renames.length > 0 ? colors.renamed : colors.edge
  const look = {
    d: path,
    fill: 'none',
    stroke,
    'stroke-width': isThick ? 2 : 0.75,
    ...(kind === 'reference' && where === 'secondary' ? { 'stroke-dasharray': '5 3' } : {}),
  }
  const style = kind === 'bundle' ? 'bundle' : `reference ${where}${renames.length > 0 ? ' renamed' : ''}`
  return element('g', { class: style }, [
    element('title', {}, [text(tooltip)]),
    element('path', look),
    // wide enough to be pointed at
    element('path', { d: path, fill: 'none', stroke: 'transparent', 'stroke-width': 8 }),
  ])
}

const namesIn = ({ schemas }: Graph): ReadonlyMap<string, string> =>
  new Map(
    schemas.flatMap(({ name, groups, collapsed }) => [
      ...groups.flat().map(({ id, table }) => [id, table.typeName] as const),
      ...(collapsed ? [[collapsed.id, name] as const] : []),
    ]),
  )

/** For those who do not see it: what there is, and what refers to what. */
function summarise(graph: Graph): string {
  const names = namesIn(graph)
  const parents = Map.groupBy(graph.edges, ({ to }) => to)
  return graph.schemas
    .map(({ name, groups, collapsed }) => {
      const tables = groups.flat().map(({ id, table }) => {
        const above = [...new Set((parents.get(id) ?? []).map(({ from }) => names.get(from) ?? from))]
        return `${table.typeName} (${table.declaration.tier})${above.length === 0 ? '' : ` refers to ${above.join(', ')}`}`
      })
      return `${name}: ${[...tables, ...(collapsed ? [formatCount(collapsed.tables)] : [])].join('; ')}.`
    })
    .join('\n')
}

const place = ({ x, y, width, height }: Box) => ({
  x: round(x),
  y: round(y),
  width: round(width),
  height: round(height),
})

const centre = ({ x, y, width, height }: Box) => ({ cx: round(x + width / 2), cy: round(y + height / 2) })

const spell = ({ x, y }: Point): string => `${round(x)},${round(y)}`
const round = (value: number): number => Math.round(value * 100) / 100
