import type { Dialect } from '../../compile/dialect.ts'
import { compileCount, compileRead } from '../../compile/write-select.ts'
import { storedSchemasOf } from '../catalogue.ts'
import { alterSyntax } from './alter-table.ts'
import { readCatalogue, readReferencingSchemas } from './catalogue.ts'
import { clock } from './clock.ts'
import { tableStatements } from './create-table.ts'
import { explainSqlite } from './errors.ts'
import { fromRaw } from './from-raw.ts'
import { trackExternals } from './hidden-tables.ts'
import { claiming, jobStatements } from './jobs.ts'
import { selectSyntax } from './select-syntax.ts'
import { statements } from './statements.ts'

/** SQLite, embedded: one file, written by one thread at a time. */
export const sqlite: Dialect = {
  name: 'sqlite',
  supports: {
    transactionalDdl: true,
    parameters: 32_766,
    statementBytes: 64 * 2 ** 20,
    functionalIndexes: true,
    concurrentWrites: false,
  },
  select: (select) => compileRead(select, selectSyntax),
  count: (select) => compileCount(select, selectSyntax),
  ...statements,
  ...tableStatements,
  trackExternals,
  alter: alterSyntax,
  clock,
  claiming,
  jobs: jobStatements,
  readSchemas: async (query, schemas) => storedSchemasOf(await readCatalogue(query), schemas),
  referencingSchemas: readReferencingSchemas,
  fromRaw,
  explain: explainSqlite,
}
