import { checkOptions, show } from '../query/call.ts'
import { InvalidCallError } from '../query/errors.ts'
import { diagram, type DiagramSource } from './diagram.ts'
import { type Graph, type GraphEdge, graphOf, type SchemaBox, type TableNode } from './graph.ts'
import { type DiagramTheme, type NodeColors, palettes } from './theme.ts'

/** How a diagram is drawn. */
export interface DrawOptions {
  /** Where parents stand: on the left (`LR`, the default) or above (`TB`). */
  readonly direction?: 'LR' | 'TB'
  readonly theme?: DiagramTheme
}

/** The options with what they are by default; from JavaScript, they may be anything. */
export function drawOptions(call: string, options: DrawOptions, others: readonly string[] = []): Required<DrawOptions> {
  checkOptions(call, options, ['direction', 'theme', ...others])
  const { direction = 'LR', theme = 'light' } = options
  if (direction !== 'LR' && direction !== 'TB') {
    throw new InvalidCallError(`${call} was given direction: ${show(direction)}. There are 'LR' and 'TB'.`)
  }
  if (theme !== 'light' && theme !== 'dark') {
    throw new InvalidCallError(`${call} was given theme: ${show(theme)}. There are 'light' and 'dark'.`)
  }
  return { direction, theme }
}

/**
 * Tables as Mermaid text: one box of them per schema, and one of each master with its parts. A solid line is a reference in
 * the primary key, a thick one a reference that is the whole primary key, a dashed one a reference among the secondary
 * attributes; one that renames is amber. The name of a table that adds to its key is underlined.
 */
export function formatMermaid(source: DiagramSource, options: DrawOptions = {}): string {
  const { direction, theme } = drawOptions('formatMermaid()', options)
  const graph = graphOf(diagram(source))
  const ids = idsFor(graph)
  const { tiers, collapsed, renamed } = palettes[theme]
  const amber = graph.edges.flatMap((edge, index) => (edge.renames.length > 0 ? [index] : []))
  const lines = [
    `flowchart ${direction}`,
    ...graph.schemas.flatMap((schema) => formatSchema(schema, ids)),
    ...graph.edges.map((edge) => `  ${ids(edge.from)} ${lineOf(edge)} ${ids(edge.to)}`),
    ...(amber.length === 0 ? [] : [`  linkStyle ${amber.join(',')} stroke:${renamed}`]),
    ...Object.entries({ ...tiers, collapsed }).map(([name, colors]) => `  classDef ${name} ${formatColors(colors)}`),
  ]
  return `${lines.join('\n')}\n`
}

function formatSchema({ name, groups, collapsed }: SchemaBox, ids: (id: string) => string): readonly string[] {
  return [
    `  subgraph ${ids(schemaId(name))}["${escapeLabel(name)}"]`,
    ...groups.flatMap((group) => {
      const nodes = group.map((node) => formatNode(node, ids))
      const [first = ''] = group.map(({ id }) => ids(id))
      if (nodes.length === 1) return nodes.map((node) => `    ${node}`)
      return [`    subgraph ${first}_group[" "]`, ...nodes.map((node) => `      ${node}`), '    end']
    }),
    ...(collapsed ? [`    ${ids(collapsed.id)}[["${formatCount(collapsed.tables)}"]]:::collapsed`] : []),
    '  end',
  ]
}

function formatNode({ id, table, isDimension }: TableNode, ids: (id: string) => string): string {
  const { tier } = table.declaration
  const name = escapeLabel(table.typeName)
  const label = `"${isDimension ? `<u>${name}</u>` : name}"`
  const shape = tier === 'imported' || tier === 'computed' ? `([${label}])` : `[${label}]`
  return `${ids(id)}${shape}:::${tier}`
}

export const formatCount = (tables: number): string => `(${tables} ${tables === 1 ? 'table' : 'tables'})`

function lineOf({ kind, place }: GraphEdge): string {
  if (kind === 'bundle' || place === 'whole-key') return '==='
  return place === 'key' ? '---' : '-.-'
}

const formatColors = ({ fill, stroke, text }: NodeColors): string => `fill:${fill},stroke:${stroke},color:${text}`

/** Mermaid ends a label at a quote, reads `<` as HTML, and `#…;` as a character. */
const escapeLabel = (text: string): string =>
  text.replaceAll(/[^\p{L}\p{N}\p{M} _.()-]/gu, (character) => `#${character.codePointAt(0) ?? 0};`)

const schemaId = (name: string): string => `${name}.`

/** Mermaid's names for nodes and boxes: words of which none means something to it, each for one thing. */
function idsFor({ schemas }: Graph): (id: string) => string {
  const known = new Map<string, string>()
  const all = schemas.flatMap(({ name, groups, collapsed }) => [
    ...groups.flat().map(({ id }) => id),
    ...(collapsed ? [collapsed.id] : []),
    schemaId(name),
  ])
  const taken = new Set<string>()
  for (const id of all) {
    const word = id
      .replace(/\.$/, '_schema')
      .replace('.', '__')
      .replace('#', 'l__')
      .replace('*', 'others')
      .replaceAll(/\W/g, '_')
    let free = word
    for (let number = 2; taken.has(free); number += 1) free = `${word}_${number}`
    taken.add(free)
    known.set(id, free)
  }
  return (id) => known.get(id) ?? id
}
