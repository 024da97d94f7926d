import type { Dialect } from '../../compile/dialect.ts'
import { compileCount, compileRead } from '../../compile/write-select.ts'
import { storedSchemasOf } from '../catalogue.ts'
import { alterSyntax } from './alter-table.ts'
import { readCatalogue, readReferencingSchemas } from './catalogue.ts'
import { clock } from './clock.ts'
import { tableStatements } from './create-table.ts'
import { explainInnodb } from './errors.ts'
import { trackExternals } from './hidden-tables.ts'
import { claiming, jobStatements } from './jobs.ts'
import { selectSyntax } from './select-syntax.ts'
import { statements } from './statements.ts'
import type { Variant } from './variant.ts'

/** The dialect of a server that keeps tables in InnoDB. */
export function innodbDialect(variant: Variant): Dialect {
  const { name, collation } = variant
  const syntax = { ...selectSyntax(variant), ...variant.syntax }
  const tables = tableStatements(collation)
  return {
    name,
    supports: {
      transactionalDdl: false,
      parameters: 65_535,
      statementBytes: 4 * 2 ** 20,
      functionalIndexes: variant.functionalIndexes,
      concurrentWrites: true,
    },
    select: (select) => compileRead(select, syntax),
    count: (select) => compileCount(select, syntax),
    ...statements(syntax),
    ...tables,
    trackExternals,
    alter: alterSyntax(variant, tables.createTable),
    clock,
    claiming,
    jobs: jobStatements(collation),
    readSchemas: async (query, schemas) => storedSchemasOf(await readCatalogue(query, schemas, variant), schemas),
    referencingSchemas: readReferencingSchemas,
    fromRaw: variant.fromRaw,
    explain: explainInnodb,
  }
}
