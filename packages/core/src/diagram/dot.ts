import { describe } from '../schema/describe.ts'
import { diagram, type DiagramSource } from './diagram.ts'
import { type GraphEdge, graphOf, type SchemaBox, type TableNode } from './graph.ts'
import { type DrawOptions, drawOptions, formatCount } from './mermaid.ts'
import { textWidth } from './text-width.ts'
import { type NodeColors, type Palette, palettes } from './theme.ts'

/** (pt) of the names of tables, of parts, and of schemas. */
export const fontSizes = { table: 12, part: 10.5, schema: 12 } as const

/** (pt) around a name, left and right together, and the height of its shape. */
const room = {
  box: { width: 20, height: 26 },
  part: { width: 14, height: 21 },
  // a name stands in the middle of an ellipse
  ellipse: { width: 34, height: 30 },
} as const

/**
 * Tables in the language of Graphviz. Boxes are manual and lookup tables, small ones parts, ellipses imported and computed
 * ones; lines are as in `formatMermaid`. The tooltips are the definitions, and the renamings of a reference.
 */
export function formatDot(source: DiagramSource, options: DrawOptions = {}): string {
  const { direction, theme } = drawOptions('formatDot()', options)
  const { schemas, edges } = graphOf(diagram(source))
  const colors = palettes[theme]
  const lines = [
    'digraph pipeline {',
    `  graph [${attributes({
      rankdir: direction,
      bgcolor: colors.background,
      fontname: fontFamily,
      nodesep: 0.16,
      ranksep: 0.6,
    })}]`,
    `  node [${attributes({ fontname: fontFamily, fontsize: fontSizes.table, margin: 0, penwidth: 1.2 })}]`,
    `  edge [${attributes({ arrowhead: 'none', color: colors.edge })}]`,
    ...schemas.flatMap((schema, index) => formatSchema(schema, index, colors)),
    ...edges.map((edge, index) => formatEdge(edge, index, colors)),
    '}',
  ]
  return `${lines.join('\n')}\n`
}

const fontFamily = 'Helvetica,Arial,sans-serif'

function formatSchema({ name, groups, collapsed }: SchemaBox, index: number, colors: Palette): readonly string[] {
  const { fill, stroke, text } = colors.schema
  const box = {
    label: name,
    labeljust: 'l',
    fontsize: fontSizes.schema,
    fontcolor: text,
    style: 'filled,rounded',
    fillcolor: fill,
    color: stroke,
    margin: 10,
    tooltip: name,
  }
  return [
    `  subgraph cluster_${index} {`,
    `    graph [${attributes(box)}]`,
    ...groups.flatMap((group, place) => {
      const nodes = group.map((node) => formatNode(node, colors))
      if (group.length === 1) return nodes.map((node) => `    ${node}`)
      const frame = attributes({
        label: '',
        style: 'rounded,dotted',
        color: stroke,
        margin: 6,
        tooltip: group[0]?.table.typeName ?? '',
      })
      return [
        `    subgraph cluster_${index}_${place} {`,
        `      graph [${frame}]`,
        ...nodes.map((node) => `      ${node}`),
        '    }',
      ]
    }),
    ...(collapsed ? [`    ${formatCollapsed(name, collapsed, colors)}`] : []),
    '  }',
  ]
}

function formatNode({ id, table, isDimension }: TableNode, colors: Palette): string {
  const { tier } = table.declaration
  const isMade = tier === 'imported' || tier === 'computed'
  const { width, height } = isMade ? room.ellipse : tier === 'part' ? room.part : room.box
  const size = tier === 'part' ? fontSizes.part : fontSizes.table
  const name = table.typeName
  const html = escapeHtml(name)
  return `${quote(id)} [${attributes({
    shape: isMade ? 'ellipse' : 'box',
    style: isMade ? 'filled' : 'filled,rounded',
    ...(size === fontSizes.table ? {} : { fontsize: size }),
    ...sizeOf(textWidth(name, size) + width, height),
    ...nodeColors(colors.tiers[tier]),
    tooltip: describe(table),
  })}, label=${isDimension ? `<<u>${html}</u>>` : escape(name)}]`
}

function formatCollapsed(schema: string, { id, tables }: NonNullable<SchemaBox['collapsed']>, colors: Palette): string {
  const label = formatCount(tables)
  return `${quote(id)} [${attributes({
    shape: 'box3d',
    style: 'filled',
    ...sizeOf(textWidth(label, fontSizes.table) + room.ellipse.width, room.ellipse.height),
    ...nodeColors(colors.collapsed),
    label,
    tooltip: `${tables} ${tables === 1 ? 'table' : 'tables'} of ${schema}`,
  })}]`
}

function formatEdge({ from, to, kind, place, renames }: GraphEdge, index: number, colors: Palette): string {
  const isThick = kind === 'bundle' || place === 'whole-key'
  return `  ${quote(from)} -> ${quote(to)} [${attributes({
    id: `edge${index}`,
    penwidth: isThick ? 2 : 0.75,
    ...(kind === 'reference' && place === 'secondary' ? { style: 'dashed' } : {}),
    ...(renames.length > 0 ? { color: colors.renamed, tooltip: renames.join('\n') } : {}),
  })}]`
}

const nodeColors = ({ fill, stroke, text }: NodeColors) => ({ fillcolor: fill, color: stroke, fontcolor: text })

/** (in), as Graphviz counts: more where its own font is wider. */
const sizeOf = (width: number, height: number) => ({ width: (width / 72).toFixed(3), height: (height / 72).toFixed(3) })

const attributes = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${typeof value === 'number' ? value : escape(value)}`)
    .join(', ')

/** What Graphviz calls a node: two backslashes of a name it does not make one. */
export const dotName = (id: string): string =>
  // it writes no control character so that it can be read again
  id.replaceAll('\\', '\\\\').replaceAll(/[^\n\P{Cc}]/gu, ' ')

/** An identifier: only a quote can end it. */
const quote = (text: string): string => `"${dotName(text).replaceAll('"', '\\"')}"`

/** A text, in which a backslash would otherwise begin a name of Graphviz's own. */
const escape = (text: string): string => quote(text).replaceAll('\n', '\\n')

const escapeHtml = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
