import { parseDefinition } from '../definition/parse-definition.ts'
import type { TableDeclaration } from '../definition/table-declaration.ts'
import type { Connection } from '../connection/connection.ts'
import type { Statement } from '../driver/driver.ts'
import type { CollationOf } from '../compile/dialect.ts'
import { queueName, queueTable, reservationsTable } from '../jobs/job-table.ts'
import type { Stored } from '../pipeline/stored.ts'
import { externalStoreIn } from './objects.ts'

/** A hidden table whose rows belong to the pipeline: the jobs of a table, or the objects of a store of DataJoint 0.14. */
export interface HiddenTable {
  readonly declaration: TableDeclaration
  /** Whether its rows have a `status` by which they may be reserved. */
  readonly isQueue: boolean
  /** What makes it where it is not there. */
  readonly create: (connection: Connection, collationOf: CollationOf) => readonly Statement[]
}

const externalDefinition = `
  hash : uuid
  ---
  size : bigint unsigned
  attachment_name=null : varchar(255)
  filepath=null : varchar(1000)
  contents_hash=null : uuid
  timestamp=CURRENT_TIMESTAMP : timestamp
`

/** Those of a schema that hold what a pipeline has done. Lineage, comments and the log come with declaring. */
export function hiddenTables(schema: string, { hidden, tables }: Stored): readonly HiddenTable[] {
  return (hidden.get(schema) ?? []).flatMap((name): readonly HiddenTable[] => {
    if (name === '~jobs') {
      const declaration = reservationsTable(schema)
      return [{ declaration, isQueue: true, create: ({ dialect }) => dialect.jobs.createReservations(declaration) }]
    }
    const store = externalStoreIn(name)
    if (store !== null) {
      // attributes that refer to it bring it with them, but those may have been dropped
      const create = ({ dialect }: Connection) => [dialect.createExternal(schema, store)]
      return [{ declaration: externalTable(schema, name), isQueue: false, create }]
    }
    const target = tables.find((one) => one.name.schema === schema && queueName(one.name).table === name)
    if (!target) return []
    const { declaration } = queueTable(target)
    return [
      {
        declaration,
        isQueue: true,
        create: ({ dialect }, collationOf) => dialect.jobs.createQueue(declaration, target, collationOf),
      },
    ]
  })
}

function externalTable(schema: string, table: string): TableDeclaration {
  const heading = parseDefinition(externalDefinition, null, '0.14').lines.flatMap((line) =>
    line.kind === 'attribute' ? [{ ...line, nullable: line.default.kind === 'null', lineage: null }] : [],
  )
  return {
    name: { schema, table },
    tier: 'manual',
    generation: '0.14',
    comment: '',
    heading: heading.map(({ name, type, inKey, nullable, default: fallback, comment, lineage }) => ({
      name,
      type,
      inKey,
      nullable,
      default: fallback,
      comment,
      lineage,
    })),
    foreignKeys: [],
    indexes: [],
  }
}
