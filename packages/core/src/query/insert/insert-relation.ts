import type { Attribute } from '../../attribute/attribute.ts'
import { lower } from '../../compile/lower.ts'
import type { Connection } from '../../connection/connection.ts'
import type { Condition } from '../../relation/condition.ts'
import { equalIn } from '../../relation/matches.ts'
import type { RelationNode } from '../../relation/node.ts'
import { project } from '../../relation/project.ts'
import { restrict } from '../../relation/restrict.ts'
import { tableNode } from '../../relation/table.ts'
import { top } from '../../relation/top.ts'
import type { Context } from '../context.ts'
import { countRows } from '../fetch/count-rows.ts'
import { ownTransaction } from '../deadlock.ts'
import { codeOf } from '../../errors.ts'
import { formatValue } from '../given-row.ts'
import { uniqueIn } from './insert-problem.ts'
import { type InsertRowsOptions, onDuplicateOf } from './insert.ts'
import { ExternalCopies } from './external-copies.ts'
import { writeExternals } from '../external-rows.ts'
import { findParent } from './parent.ts'
import type { AnyTable } from '../table.ts'
import { fits, isElsewhere } from './type-fit.ts'
import { DuplicateRowError, IncompatibleRelationError, MissingParentError } from './write-errors.ts'

/** Inserts the rows of a relation, by the attributes that both have, without taking them out of the database. */
export async function insertRelation(
  context: Context,
  table: AnyTable,
  node: RelationNode,
  options: InsertRowsOptions,
): Promise<number> {
  const { connection } = context
  const onDuplicate = onDuplicateOf(options)
  const attributes = copiedAttributes(table, node, options)
  const externals = new ExternalCopies(context, attributes, node, options.signal)
  // objects are there before the transaction begins, but for those of rows that come meanwhile
  await externals.copy(connection)
  const copy = async (transaction: Connection): Promise<number> => {
    const { dialect } = transaction
    await writeExternals(transaction, await externals.copy(transaction), options.signal)
    try {
      const select = lower(node)
      const rows = onDuplicate === 'replace' ? await countRows({ connection: transaction }, node, options.signal) : null
      const inserted = await transaction.execute(
        dialect.insertSelect(table.declaration.name, attributes, select, onDuplicate),
        options.signal,
      )
      options.onProgress?.(rows ?? inserted)
      // a server counts a row twice that it has changed, and not at all where it was equal
      return rows ?? inserted
    } catch (error) {
      throw await explain(transaction, table, node, error)
    }
  }
  return ownTransaction(connection, copy, { signal: options.signal })
}

/** The attributes that are copied; refuses what the table does not have, needs, or could not hold. */
function copiedAttributes(
  table: AnyTable,
  { heading }: RelationNode,
  options: InsertRowsOptions,
): readonly Attribute[] {
  const { declaration, typeName } = table
  const refuse = (names: readonly string[], problem: string) => new IncompatibleRelationError(typeName, names, problem)
  const extra = heading.filter(({ name }) => !declaration.heading.some((attribute) => attribute.name === name))
  if (extra.length > 0 && options.ignoreExtra !== true) {
    const names = extra.map(({ name }) => name)
    const which = names.map((name) => `\`${name}\``).join(', ')
    throw refuse(names, `the table does not have its ${which}. Project it away, or pass { ignoreExtra: true }.`)
  }
  return declaration.heading.filter((attribute) => {
    const { name, type } = attribute
    const source = heading.find((candidate) => candidate.name === name)
    if (!source) {
      if (attribute.default.kind === 'required') throw refuse([name], `it has no \`${name}\`, which is required.`)
      if (options.replace === true) throw refuse([name], `it has no \`${name}\`, and a replacement gives everything.`)
      return false
    }
    if (isElsewhere(source.type, type)) {
      const [from, to] = [source.type.codec?.schema, type.codec?.schema]
      throw refuse(
        [name],
        `the objects of its \`${name}\` are those of the schema ${from}, where they are collected with its rows, and the ` +
          `table is in ${to}. Fetch its rows and insert them, which gives them objects of their own.`,
      )
    }
    if (fits(source.type, type)) return true
    const advice = 'Fetch its rows and insert them, which checks each value.'
    throw refuse([name], `\`${name}\` is ${source.type.text} in it, and ${type.text} in the table. ${advice}`)
  })
}

/** Finds out which row the database refused and why, as far as that can be told. */
async function explain(transaction: Connection, table: AnyTable, node: RelationNode, error: unknown): Promise<unknown> {
  try {
    switch (codeOf(error)) {
      case 'duplicate-entry':
        return await findDuplicate(transaction, table, node, error)
      case 'missing-parent':
        return (await findOrphan(transaction, table, node, error)) ?? error
      default:
        return error
    }
  } catch {
    // where nothing more can be asked, what the database said is all there is
    return error
  }
}

const unknownPlace = { row: null, line: null, other: null }

async function findDuplicate(transaction: Connection, table: AnyTable, node: RelationNode, error: unknown) {
  const target = tableNode(table.declaration)
  const [key = [], ...others] = uniqueIn(table)
  for (const attributes of [key, ...others]) {
    const found = await firstOf(transaction, node, attributes, equalIn(target, attributes))
    if (!found) continue
    const values = found.join(', ')
    const inKey = attributes === key
    return new DuplicateRowError({ ...unknownPlace, table: table.typeName, attributes, inKey, values }, error)
  }
  return new DuplicateRowError(
    { ...unknownPlace, table: table.typeName, attributes: key, inKey: false, values: '' },
    error,
  )
}

async function findOrphan(transaction: Connection, table: AnyTable, node: RelationNode, error: unknown) {
  for (const { attributes, parent: name, parentAttributes } of table.declaration.foreignKeys) {
    const parent = findParent(table, name)
    if (!parent) continue
    const condition = equalIn(tableNode(parent.declaration), attributes, parentAttributes)
    const found = await firstOf(transaction, node, attributes, { kind: 'not', condition })
    if (!found) continue
    const key = Object.fromEntries(parentAttributes.map((attribute, index) => [attribute, found[index] ?? '']))
    return new MissingParentError(
      { ...unknownPlace, table: table.typeName, attributes, parent: parent.typeName, key },
      error,
    )
  }
  return null
}

/** The values, as text, of some attributes in the first row that has them all and satisfies a condition. */
async function firstOf(transaction: Connection, node: RelationNode, names: readonly string[], condition: Condition) {
  if (names.some((name) => !node.heading.some((attribute) => attribute.name === name))) return null
  const given = names.map((attribute): Condition => ({ kind: 'not', condition: { kind: 'is-null', attribute } }))
  const rows = restrict(node, { kind: 'and', conditions: [...given, condition] })
  const first = top(project(rows, Object.fromEntries(names.map((name) => [name, name]))), { limit: 1 })
  const { dialect } = transaction
  const [row] = await transaction.query(dialect.select(lower(first)))
  if (!row) return null
  return names.map((name) => {
    const index = first.heading.findIndex((attribute) => attribute.name === name)
    const attribute = first.heading[index]
    return attribute ? formatValue(dialect.fromRaw(row[index] ?? null, attribute.type.storage)) : ''
  })
}
