import { PipelineError } from '../errors.ts'
import { contextOf, type Tables } from './database.ts'
import { keyNames } from './key-names.ts'
import { nodeOf } from './operand.ts'
import { findParent } from './insert/parent.ts'
import { Relation } from './relation.ts'
import type { AnyTable } from './table.ts'
import { join } from '../relation/join.ts'
import { project } from '../relation/project.ts'
import type { RelationNode } from '../relation/node.ts'
import { tableNode } from '../relation/table.ts'

/**
 * The keys that a table is to have: its own key source, or the join of the tables that its primary key refers to, each
 * with its key alone, under the names that the reference gives it.
 */
export function keySource(db: Tables, table: AnyTable): Relation<object, object> {
  const own = table.make?.keySource?.(db)
  const node = own ? nodeOf(own) : defaultKeySource(table)
  const [needed, given] = [keyNames(table.declaration), keyNames(node)]
  const foreign = given.filter((name) => !needed.includes(name))
  if (foreign.length > 0)
    throw new NoKeySourceError(table.typeName, `its key source has ${foreign.join(', ')}, its primary key has not`)
  const missing = needed.filter((name) => !given.includes(name))
  if (missing.length > 0)
    throw new NoKeySourceError(table.typeName, `its primary key has ${missing.join(', ')}, its key source has not`)
  return new Relation<object, object>(contextOf(db), node, `the key source of ${table.typeName}`)
}

function defaultKeySource(table: AnyTable): RelationNode {
  const key = keyNames(table.declaration)
  const parents: RelationNode[] = []
  for (const { attributes, parent, parentAttributes } of table.declaration.foreignKeys) {
    if (!attributes.every((name) => key.includes(name))) continue
    const value = findParent(table, parent)
    if (!value) continue
    const names = Object.fromEntries(attributes.map((name, index) => [name, parentAttributes[index] ?? name]))
    parents.push(project(tableNode(value.declaration), names))
  }
  const [first, ...others] = parents
  if (!first) throw new NoKeySourceError(table.typeName, 'its primary key refers to no table')
  return others.reduce<RelationNode>((left, right) => join(left, right), first)
}

/** Which keys a table is to have follows neither from its references nor from its key source. */
export class NoKeySourceError extends PipelineError {
  override readonly name = 'NoKeySourceError'
  readonly code = 'no-key-source'
  readonly table: string
  constructor(table: string, problem: string) {
    super(`It cannot be told which keys ${table} is to have: ${problem}. Give it a keySource.`)
    this.table = table
  }
}
