import type { Pipeline } from '../pipeline/pipeline.ts'
import { checkOptions, show } from '../query/call.ts'
import { identifyTable } from '../query/dependencies.ts'
import { InvalidCallError } from '../query/errors.ts'
import { type AnyTable, isTable } from '../query/table.ts'
import { isSchema, type Schema } from '../schema/schema.ts'

/** A table of a diagram. */
export interface DiagramNode {
  readonly table: AnyTable
  /** Drawn with the others of its schema that are, as one box that counts them. */
  readonly collapsed: boolean
}

/** Tables to be drawn, with those that could be added to them. */
export interface Diagram {
  readonly kind: 'diagram'
  readonly nodes: readonly DiagramNode[]
  /** The tables drawn and those around them, among which neighbours are found. */
  readonly known: readonly AnyTable[]
}

/** What can be drawn, or added to what is drawn. */
export type DiagramSource = Diagram | Pipeline | Schema | AnyTable | readonly DiagramSource[]

/** What a diagram knows beside what it draws. */
export interface DiagramOptions {
  /** Where neighbours are found: those that refer to a table, above all, which does not know them itself. */
  readonly within?: DiagramSource
}

/**
 * A diagram of tables, schemas or a whole pipeline, to be drawn by `formatSvg`, `formatMermaid` or `formatDot`.
 *
 * ```ts
 * const around = addDownstream(addUpstream(diagram(Session, { within: pipeline })), 2)
 * await writeFile('session.svg', await formatSvg(collapseSchema(around, 'lab')))
 * ```
 */
export function diagram(source: DiagramSource, options: DiagramOptions = {}): Diagram {
  checkOptions('diagram()', options, ['within'])
  const { within = [] } = options
  const nodes = distinct(nodesIn(source))
  return {
    kind: 'diagram',
    nodes,
    known: surroundings([...nodes.map(({ table }) => table), ...tablesIn(source), ...tablesIn(within)]),
  }
}

/** With the tables that these refer to, and those that they refer to, `levels` times. */
export const addUpstream = (source: DiagramSource, levels = 1): Diagram => extend(source, levels, parentsOf)

/** With the tables that refer to these, and those that refer to them, `levels` times. */
export const addDownstream = (source: DiagramSource, levels = 1): Diagram =>
  extend(source, levels, (table, children) => children.get(idOf(table)) ?? [])

/** With other tables. What is drawn by itself in one of the two stays so, whether the other collapses it or not. */
export function addTables(source: DiagramSource, other: DiagramSource): Diagram {
  const [one, two] = [diagram(source), diagram(other)]
  const alone = new Set(
    [...one.nodes, ...two.nodes].flatMap(({ table, collapsed }) => (collapsed ? [] : [idOf(table)])),
  )
  const nodes = distinct([...one.nodes, ...two.nodes]).map(({ table }) => ({
    table,
    collapsed: !alone.has(idOf(table)),
  }))
  return { kind: 'diagram', nodes, known: distinctTables([...one.known, ...two.known]) }
}

/** Without some tables. */
export function removeTables(source: DiagramSource, other: DiagramSource): Diagram {
  const removed = idsIn(other)
  return keep(diagram(source), ({ table }) => !removed.has(idOf(table)))
}

/** Only the tables that both have. */
export function keepTables(source: DiagramSource, other: DiagramSource): Diagram {
  const kept = idsIn(other)
  return keep(diagram(source), ({ table }) => kept.has(idOf(table)))
}

/** The tables of a schema, by its value or its name, as one box that says how many they are; those of every schema where none is given. */
export function collapseSchema(source: DiagramSource, schema?: Schema | string): Diagram {
  const one = diagram(source)
  if (schema !== undefined && typeof schema !== 'string' && !isSchema(schema)) {
    throw new InvalidCallError(`collapseSchema() takes a schema or its name, and was given ${show(schema)}.`)
  }
  const name = typeof schema === 'string' || schema === undefined ? schema : schema.name
  const isIn = (table: AnyTable): boolean => name === undefined || table.declaration.name.schema === name
  return { ...one, nodes: one.nodes.map((node) => (isIn(node.table) ? { ...node, collapsed: true } : node)) }
}

/** With all parts of its tables. */
export function showParts(source: DiagramSource): Diagram {
  const one = diagram(source)
  const nodes = one.nodes.flatMap((node) => [
    node,
    ...Object.values(node.table.parts).map((table) => ({ ...node, table })),
  ])
  return { ...one, nodes: distinct(nodes) }
}

/** Without parts. */
export const hideParts = (source: DiagramSource): Diagram =>
  keep(diagram(source), ({ table }) => table.declaration.tier !== 'part')

const keep = (one: Diagram, wanted: (node: DiagramNode) => boolean): Diagram => ({
  ...one,
  nodes: one.nodes.filter(wanted),
})

function extend(
  source: DiagramSource,
  levels: number,
  neighboursOf: (table: AnyTable, children: ReadonlyMap<string, readonly AnyTable[]>) => readonly AnyTable[],
): Diagram {
  if (!Number.isInteger(levels) || levels < 0) {
    throw new InvalidCallError(`A diagram was to grow by ${show(levels)} levels. Give an integer of 0 or more.`)
  }
  const one = diagram(source)
  const children = childrenIn(one.known)
  const seen = new Set(one.nodes.map(({ table }) => idOf(table)))
  const nodes = [...one.nodes]
  let edge = one.nodes.map(({ table }) => table)
  for (let level = 0; level < levels && edge.length > 0; level += 1) {
    const next: AnyTable[] = []
    for (const table of edge.flatMap((from) => neighboursOf(from, children))) {
      if (seen.has(idOf(table))) continue
      seen.add(idOf(table))
      next.push(table)
    }
    nodes.push(...next.map((table) => ({ table, collapsed: false })))
    edge = next
  }
  return { ...one, nodes }
}

function childrenIn(tables: readonly AnyTable[]): ReadonlyMap<string, readonly AnyTable[]> {
  const pairs = tables.flatMap((table) =>
    table.declaration.foreignKeys.map(({ parent }) => ({ parent: identifyTable(parent), table })),
  )
  return new Map(
    [...Map.groupBy(pairs, ({ parent }) => parent)].map(([id, ones]) => [id, ones.map(({ table }) => table)]),
  )
}

/** A part's master is a table that it refers to, maybe through another part. */
const parentsOf = ({ parents, master }: AnyTable): readonly AnyTable[] =>
  master === null || parents.includes(master) ? parents : [...parents, master]

/** Tables with all that they lead to: upstream, and between masters and parts. */
function surroundings(tables: readonly AnyTable[]): readonly AnyTable[] {
  const found = new Map<string, AnyTable>()
  const waiting = [...tables]
  for (const table of waiting) {
    if (found.has(idOf(table))) continue
    found.set(idOf(table), table)
    waiting.push(...parentsOf(table), ...Object.values(table.parts))
  }
  return [...found.values()]
}

function nodesIn(source: DiagramSource): readonly DiagramNode[] {
  if (isList(source)) return source.flatMap(nodesIn)
  if (isDiagram(source)) return source.nodes
  return drawnIn(source).map((table) => ({ table, collapsed: false }))
}

function tablesIn(source: DiagramSource): readonly AnyTable[] {
  if (isList(source)) return source.flatMap(tablesIn)
  return isDiagram(source) ? source.known : drawnIn(source)
}

function drawnIn(source: Pipeline | Schema | AnyTable): readonly AnyTable[] {
  if (isTable(source)) return [source]
  if (isSchema(source)) return source.tables
  if (isPipeline(source)) return source.schemas.flatMap(({ tables }) => tables)
  throw new InvalidCallError(
    `A diagram is of tables, schemas, pipelines and diagrams, or lists of them, and was to be of ${show(source)}.`,
  )
}

const isList = (source: DiagramSource): source is readonly DiagramSource[] => Array.isArray(source)

// from JavaScript, it may be anything
const isDiagram = (source: unknown): source is Diagram =>
  typeof source === 'object' && source !== null && 'kind' in source && source.kind === 'diagram' && 'nodes' in source

const isPipeline = (source: unknown): source is Pipeline =>
  typeof source === 'object' && source !== null && 'kind' in source && source.kind === 'pipeline' && 'schemas' in source

const idOf = ({ declaration }: AnyTable): string => identifyTable(declaration.name)
const idsIn = (source: DiagramSource): ReadonlySet<string> =>
  new Set(diagram(source).nodes.map(({ table }) => idOf(table)))
const distinct = (nodes: readonly DiagramNode[]): readonly DiagramNode[] =>
  [...new Map(nodes.toReversed().map((node) => [idOf(node.table), node])).values()].toReversed()
const distinctTables = (tables: readonly AnyTable[]): readonly AnyTable[] =>
  [...new Map(tables.toReversed().map((table) => [idOf(table), table])).values()].toReversed()
