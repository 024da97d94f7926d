import { unreadable } from '../attribute/unreadable-type.ts'
import type { Generation } from '../definition/table-declaration.ts'
import { masterTable, typeName as typeNameOf } from '../definition/table-name.ts'
import { requireText } from '../options.ts'
import { readStoredTables, type StoredTable, type StoredTables, tablesIn } from '../pipeline/read-tables.ts'
import type { Database } from '../query/database.ts'
import { schemaOf } from '../schema/define-schema.ts'
import type { Schema } from '../schema/schema.ts'
import { UnknownSchemaError, UnknownTableError } from './errors.ts'

/** What is odd about a table that stands in a database. */
export interface TableNote {
  /** `schema.table`, as the database spells it. */
  readonly table: string
  readonly problem: string
}

/**
 * A schema as it stands in a database, whoever made it: its tables, whose rows are `Record<string, unknown>`, and on which
 * others can be declared.
 */
export interface VirtualSchema extends Schema {
  readonly generation: Generation
  /** With those that are declared on it afterwards. */
  readonly tables: readonly StoredTable[]
  /** What is odd about them: a part without a master, a name that no definition would give. */
  readonly notes: readonly TableNote[]
  /**
   * The table of that name: `Session`, `Session.Trial` for a part, or as the database spells it, `_recording__channel`.
   * A view of another program, which `tables` does not have, is read as a table without a key.
   *
   * @throws UnknownTableError `unknown-table`
   */
  table(name: string): StoredTable
}

/**
 * Reads a schema from the database. Its tables are fetched from, inserted into and deleted from like any others, and
 * elements can be activated on them; what they refer to, in whatever schema, they know as their `parents`. Imported and
 * computed tables have no make: other programs fill them. Hidden tables (`~…`) are left out.
 *
 * ```ts
 * const lab = await virtualSchema(db, 'lab')
 * const sessions = await db(lab.table('Session')).restrict({ subject: 'm1' }).fetch()
 * ```
 *
 * @throws UnknownSchemaError `unknown-schema`
 */
export async function virtualSchema(db: Database, name: string): Promise<VirtualSchema> {
  requireText('virtualSchema()', 'the name of a schema', name)
  const stored = await readStoredTables(db, [name])
  requireSchemas(stored, [name])
  const tables = [...tablesIn(stored, [name])]
  const generation = stored.generations.get(name) ?? '2.x'
  const schema = schemaOf(name, generation, tables)
  const views = stored.viewsIn(name)
  const find = (wanted: string): StoredTable => {
    const all = [...tables, ...views]
    const found =
      all.find(({ typeName }) => typeName === wanted) ??
      all.find(({ declaration }) => declaration.name.table === wanted)
    if (!found) {
      throw new UnknownTableError(
        name,
        wanted,
        all.map(({ typeName }) => typeName),
      )
    }
    return found
  }
  // the list is the one to which the schema adds
  const notes = [...notesOn(stored, tables), ...views.map(noteOnView)]
  return Object.assign(schema, { tables, generation, notes, table: find })
}

/**
 * Reads one table from the database, by its type name or as the database spells it.
 *
 * @throws UnknownSchemaError `unknown-schema`
 * @throws UnknownTableError `unknown-table`
 */
export async function readTable(db: Database, schema: string, table: string): Promise<StoredTable> {
  requireText('readTable()', 'the name of a schema', schema)
  requireText('readTable()', 'the name of a table', table)
  return (await virtualSchema(db, schema)).table(table)
}

/** Fails with `unknown-schema` where the database does not have one of them. */
export function requireSchemas({ schemas, hidden }: StoredTables, names: readonly string[]): void {
  const missing = names.find((name) => !hidden.has(name))
  if (missing !== undefined) throw new UnknownSchemaError(missing, schemas)
}

const noteOnView = ({ declaration, typeName }: StoredTable): TableNote => ({
  table: `${declaration.name.schema}.${declaration.name.table}`,
  problem: `it is a view, whose rows table('${typeName}') reads`,
})

/** What is odd about tables, one sentence each. */
export function notesOn({ find }: StoredTables, tables: readonly StoredTable[]): readonly TableNote[] {
  return tables.flatMap(({ declaration, master, typeName }) => {
    const { name, foreignKeys, heading, keyless } = declaration
    const problems: string[] = []
    const masterName = masterTable(name.table)
    if (masterName !== null && master === null) {
      problems.push(`it is a part of \`${name.schema}.${masterName}\`, which is not there`)
    }
    for (const { parent } of foreignKeys) {
      if (!find(parent)) problems.push(`it refers to \`${parent.schema}.${parent.table}\`, which cannot be read`)
    }
    if (keyless) problems.push('it has no primary key: its rows are read, inserted, and deleted by their attributes')
    if (typeName !== typeNameOf(name.table)) problems.push(`it is called ${typeName} here`)
    for (const { name: attribute, type } of heading) {
      if (type.codec?.name === unreadable) problems.push(`\`${attribute}\` is a ${type.text}, which cannot be read`)
    }
    return problems.map((problem) => ({ table: `${name.schema}.${name.table}`, problem }))
  })
}
