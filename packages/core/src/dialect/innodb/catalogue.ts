import type { AttributeType } from '../../attribute/attribute.ts'
import type { Query } from '../../compile/dialect.ts'
import { formatLineage } from '../../definition/column-comment.ts'
import type { RawValue } from '../../driver/driver.ts'
import type { Catalogue, CatalogueColumn, CatalogueTable } from '../catalogue.ts'
import { catalogueQueries } from './catalogue-queries.ts'
import { unreadableType } from '../../attribute/unreadable-type.ts'
import { readLegacyType } from '../../attribute/legacy-type.ts'
import { indexExpression } from './index-expression.ts'
import { nativeTypeOf } from './native-type.ts'
import type { Variant } from './variant.ts'

/**
 * Reads the catalogue of some schemas in three queries. Where their references lead to other schemas, which know the types
 * of inherited columns, it takes three more for all of those.
 */
export async function readCatalogue(query: Query, schemas: readonly string[], variant: Variant): Promise<Catalogue> {
  const tables: CatalogueTable[] = []
  const existing = new Map<string, string | null>()
  const lineage = new Map<string, string>()
  const asked = new Set<string>()
  let pending = [...new Set(schemas)]
  while (pending.length > 0) {
    for (const schema of pending) asked.add(schema)
    const found = await readSchemas(query, pending, variant)
    tables.push(...found.tables)
    for (const [schema, collation] of found.schemas) existing.set(schema, collation)
    for (const [column, origin] of found.lineage) lineage.set(column, origin)
    const parents = found.tables.flatMap(({ foreignKeys }) => foreignKeys.map(({ parent }) => parent.schema))
    pending = [...new Set(parents)].filter((schema) => !asked.has(schema))
  }
  return { tables, schemas: existing, lineage }
}

/** Schemas with a table that refers, itself or through others, to one of `schema`; all of a server's in one query. */
export async function readReferencingSchemas(query: Query, schema: string): Promise<readonly string[]> {
  const rows = await read(query, catalogueQueries.referencing())
  const found = new Set([schema])
  for (const name of found) for (const [child, parent] of rows) if (parent === name) found.add(child ?? '')
  found.delete(schema)
  return [...found].toSorted()
}

async function readSchemas(query: Query, schemas: readonly string[], variant: Variant): Promise<Catalogue> {
  const ofKind = Map.groupBy(await read(query, catalogueQueries.columns(schemas)), ([kind]) => kind)
  const columnsOf = groupByTable(ofKind.get('column') ?? [])
  const named = [...(ofKind.get('table') ?? []), ...(ofKind.get('view') ?? [])].map(
    ([kind, schema, table, comment]) => ({
      name: { schema: schema ?? '', table: table ?? '' },
      comment: comment ?? '',
      isView: kind === 'view',
    }),
  )
  const recorded = named.flatMap(({ name }) => (name.table === '~lineage' ? [name.schema] : []))
  // after the columns: a table that somebody makes meanwhile is not seen, or with all its keys and indexes
  const [keys, indexes] = await Promise.all([
    read(query, catalogueQueries.keys(schemas, variant)),
    read(query, catalogueQueries.indexes(schemas, recorded, variant)),
  ])
  const keysOf = groupByTable(keys.filter(([kind]) => kind === 'key'))
  const jsonColumns = new Set(
    keys.flatMap(([kind, ...place]) => (kind === 'json' ? [identify(place.slice(0, 3))] : [])),
  )
  const indexesOf = groupByTable(indexes.filter(([kind]) => kind === 'index'))
  const tables = named.map(({ name, comment, isView }): CatalogueTable => {
    const id = identify([name.schema, name.table])
    const own = Map.groupBy(indexesOf.get(id) ?? [], (row) => row[3] ?? '')
    const primary = own.get('PRIMARY') ?? []
    own.delete('PRIMARY')
    return {
      name,
      isView,
      comment,
      columns: (columnsOf.get(id) ?? []).map((row) =>
        columnOf(row, jsonColumns.has(identify(row.slice(1, 4))), variant),
      ),
      primaryKey: primary.map((row) => row[5] ?? ''),
      foreignKeys: [...Map.groupBy(keysOf.get(id) ?? [], (row) => row[3]).values()].map((rows) => ({
        attributes: rows.map((row) => row[4] ?? ''),
        parent: { schema: rows[0]?.[5] ?? '', table: rows[0]?.[6] ?? '' },
        parentAttributes: rows.map((row) => row[7] ?? ''),
      })),
      indexes: [...own.values()].map((rows) => ({
        unique: rows[0]?.[4] === '0',
        attributes: rows.map((row) => row[5] ?? indexExpression(row[6] ?? '')),
      })),
    }
  })
  return {
    tables,
    schemas: new Map((ofKind.get('schema') ?? []).map(([, schema, collation]) => [schema ?? '', collation ?? null])),
    lineage: new Map(
      indexes
        .filter(([kind]) => kind === 'lineage')
        .map(([, schema, table, attribute, origin]) => [
          formatLineage({ schema: schema ?? '', table: table ?? '' }, attribute ?? ''),
          origin ?? '',
        ]),
    ),
  }
}

function columnOf(row: TextRow, isJson: boolean, variant: Variant): CatalogueColumn {
  const [, schema, table, name, type, isNullable, initial = null, comment, collation = null, extra] = row
  const nullable = isNullable === 'YES'
  const own = isJson ? 'json' : (type ?? '')
  return {
    name: name ?? '',
    comment: comment ?? '',
    native: (generation) =>
      (generation === '0.14' ? readLegacyType(own) : null) ??
      (isBytes(own) ? nativeTypeOf(own) : readableOf(nativeTypeOf(own), `${schema}.${table}.${name}`)),
    // that of JSON text is the server's affair
    collation: isJson ? null : collation,
    nullable,
    readDefault: (resolved) => {
      // the database computes it: it may be left out, and has no text that a definition could say
      if (/(VIRTUAL|STORED|PERSISTENT) GENERATED/i.test(extra ?? '')) return { kind: 'literal', value: null }
      if (/auto_increment/i.test(extra ?? '')) return { kind: 'numbered' }
      return variant.readDefault(initial, nullable, resolved, extra ?? '')
    },
  }
}

const isBytes = (columnType: string): boolean => /^((tiny|medium|long)?blob|(var)?binary|bit)\b/.test(columnType)

/** Of what no type is like, a geometry for instance, values are refused where they are used. */
const readableOf = (type: AttributeType, place: string): AttributeType =>
  type.storage.kind === 'bytes' ? unreadableType(type, place) : type

type TextRow = readonly (string | null)[]

async function read(query: Query, statement: Parameters<Query>[0]): Promise<readonly TextRow[]> {
  return (await query(statement)).map((row) => row.map(textOf))
}

const groupByTable = (rows: readonly TextRow[]): ReadonlyMap<string, readonly TextRow[]> =>
  Map.groupBy(rows, ([, schema, table]) => identify([schema ?? '', table ?? '']))

const identify = (names: TextRow): string => JSON.stringify(names)

/** Some columns of the catalogue are declared binary. */
const textOf = (value: RawValue): string | null =>
  value === null ? null : value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value)
