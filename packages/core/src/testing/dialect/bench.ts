import { afterEach } from 'vitest'
import { toStored } from '../../attribute/to-stored.ts'
import type { StoredValue } from '../../attribute/storage.ts'
import { lower } from '../../compile/lower.ts'
import type { Connection } from '../../connection/connection.ts'
import { resolveDefinition } from '../../definition/resolve-definition.ts'
import type { TableDeclaration } from '../../definition/table-declaration.ts'
import type { Tier } from '../../definition/tier.ts'
import type { RelationNode, TableNode } from '../../relation/node.ts'
import { tableNode } from '../../relation/table.ts'
import { declareOn, readSchemas } from './declare-on.ts'
import type { DialectUnderTest, OpenDatabase } from './dialect-under-test.ts'

export type Row = Readonly<Record<string, unknown>>

/** A table made for a test. */
export interface TestTable {
  readonly declaration: TableDeclaration
  readonly node: TableNode
}

interface TableOptions {
  readonly schema?: string
  readonly tier?: Tier
  readonly references?: Readonly<Record<string, TestTable>>
  readonly master?: TestTable
}

/** A place to work on one open database: shorthand for what the layers above a dialect do. */
export interface Bench extends OpenDatabase {
  define(name: string, definition: string, options?: TableOptions): TestTable
  /** A table without a key, which has one row at most. */
  defineOneRow(name: string, definition: string, schema?: string): TestTable
  declare(...tables: readonly TestTable[]): Promise<void>
  table(name: string, definition: string, options?: TableOptions): Promise<TestTable>
  insert(table: TestTable, rows: readonly Row[], options?: InsertOptions): Promise<number>
  rows(node: RelationNode): Promise<readonly Readonly<Record<string, StoredValue>>[]>
  /** The values of one attribute, in order of their text. */
  values(node: RelationNode, attribute: string): Promise<readonly StoredValue[]>
  count(node: RelationNode): Promise<number>
  readBack(schema: string): Promise<readonly TableDeclaration[]>
}

interface InsertOptions {
  readonly skip?: boolean
  readonly on?: Connection
}

/** Opens a bench for one test, which is cleared away after it. */
export function benchFor(dialect: DialectUnderTest): () => Promise<Bench> {
  const open: OpenDatabase[] = []
  afterEach(async () => {
    for (const database of open.splice(0)) await database.close()
  })
  return async () => {
    const database = await dialect.open()
    open.push(database)
    return makeBench(database)
  }
}

function makeBench(database: OpenDatabase): Bench {
  const { connection } = database
  const { dialect } = connection
  const define: Bench['define'] = (
    name,
    definition,
    { schema = 'lab', tier = 'manual', references = {}, master } = {},
  ) => {
    const declaration = resolveDefinition({
      schema: database.schema(schema),
      name,
      tier,
      definition,
      references,
      master,
    })
    return { declaration, node: tableNode(declaration) }
  }
  const defineOneRow: Bench['defineOneRow'] = (name, definition, schema = 'lab') => {
    const { declaration } = define(name, `hidden_key : int8\n---\n${definition}`, { schema })
    const single = { ...declaration, heading: declaration.heading.filter(({ inKey }) => !inKey) }
    return { declaration: single, node: tableNode(single) }
  }
  const declare: Bench['declare'] = async (...tables) => {
    for (const { declaration } of tables) await declareOn(connection, declaration)
  }
  const rows: Bench['rows'] = async (node) => {
    const raw = await connection.query(dialect.select(lower(node)))
    return raw.map((row) =>
      Object.fromEntries(
        node.heading.map(({ name, type }, index) => [name, dialect.fromRaw(row[index] ?? null, type.storage)]),
      ),
    )
  }
  return {
    ...database,
    define,
    defineOneRow,
    declare,
    rows,
    async table(name, definition, options) {
      const table = define(name, definition, options)
      await declare(table)
      return table
    },
    async insert({ declaration }, given, { skip = false, on = connection } = {}) {
      const first = given[0] ?? {}
      const attributes = declaration.heading.filter(({ name }) => name in first)
      const stored = given.map((row) =>
        attributes.map((attribute) =>
          // what a codec would have made of the value
          attribute.type.codec && row[attribute.name] instanceof Uint8Array
            ? toStored({ ...attribute, type: { ...attribute.type, codec: null } }, row[attribute.name])
            : toStored(attribute, row[attribute.name]),
        ),
      )
      return on.execute(dialect.insert(declaration.name, attributes, stored, skip ? 'skip' : 'fail'))
    },
    async values(node, attribute) {
      const found = (await rows(node)).map((row) => row[attribute] ?? null)
      return found.toSorted((a, b) => (String(a) < String(b) ? -1 : 1))
    },
    async count(node) {
      const [row] = await connection.query(dialect.count(lower(node)))
      return Number(row?.[0])
    },
    readBack: async (schema) => (await readSchemas(connection, [database.schema(schema)])).tables,
  }
}
