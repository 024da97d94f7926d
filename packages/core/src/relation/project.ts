import { choose } from './columns.ts'
import type { Column } from './expression.ts'
import type { ProjectNode, RelationNode } from './node.ts'

/**
 * Some attributes of `source` under new or old names (new name to old name), and always the whole primary key: a key
 * attribute that is not named keeps its name. The order is that of `source`; computed attributes come last.
 */
export function project(source: RelationNode, columns: Readonly<Record<string, Column>>): ProjectNode {
  return { kind: 'project', source, ...choose(source.heading, columns, { of: 'row', heading: source.heading }) }
}
