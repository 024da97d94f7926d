import { contextOf, type Tables } from '../query/database.ts'
import { identifyTable } from '../query/dependencies.ts'
import { Relation } from '../query/relation.ts'
import type { AnyTable } from '../query/table.ts'
import { join } from '../relation/join.ts'
import { project } from '../relation/project.ts'
import type { RelationNode } from '../relation/node.ts'
import { tableNode } from '../relation/table.ts'
import { NoKeySourceError } from './errors.ts'

/**
 * The keys that a table is to have: its own key source, or the join of the tables that its primary key refers to, each
 * with its key alone, under the names that the reference gives it.
 */
export function keySource(db: Tables, table: AnyTable): Relation<object, object> {
  const node = table.make?.keySource?.(db).node ?? defaultKeySource(table)
  const source = new Relation<object, object>(contextOf(db), node, `the key source of ${table.typeName}`)
  const key = keyNames(table)
  const foreign = source.heading.filter(({ name, inKey }) => inKey && !key.includes(name)).map(({ name }) => name)
  if (foreign.length > 0)
    throw new NoKeySourceError(table.typeName, `its key source has ${foreign.join(', ')}, its primary key has not`)
  return source
}

function defaultKeySource(table: AnyTable): RelationNode {
  const key = keyNames(table)
  const parents: RelationNode[] = []
  for (const { attributes, parent, parentAttributes } of table.declaration.foreignKeys) {
    if (!attributes.every((name) => key.includes(name))) continue
    const value = table.parents.find(({ declaration }) => identifyTable(declaration.name) === identifyTable(parent))
    if (!value) continue
    const columns = Object.fromEntries(attributes.map((name, index) => [name, parentAttributes[index] ?? name]))
    parents.push(project(tableNode(value.declaration), columns))
  }
  const [first, ...others] = parents
  if (!first) throw new NoKeySourceError(table.typeName, 'its primary key refers to no table')
  return others.reduce<RelationNode>((left, right) => join(left, right), first)
}

export const keyNames = ({ declaration }: AnyTable): readonly string[] =>
  declaration.heading.filter(({ inKey }) => inKey).map(({ name }) => name)
