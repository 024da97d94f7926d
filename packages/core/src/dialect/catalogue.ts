import type { Attribute, AttributeType, Default } from '../attribute/attribute.ts'
import { externalStoreOf } from '../attribute/legacy-type.ts'
import { readMarker } from '../attribute/marker.ts'
import type { StoredSchemas } from '../compile/dialect.ts'
import { formatLineage, parseColumnComment } from '../definition/column-comment.ts'
import type { ForeignKey, Generation, Index, TableDeclaration, TableName } from '../definition/table-declaration.ts'
import { tierOf } from '../definition/table-name.ts'
import { generationOf, generationsOf } from './generation.ts'

/** What a database says of itself, before the types that definitions know are found in it. */
export interface Catalogue {
  readonly tables: readonly CatalogueTable[]
  /** The collation that a new text column gets in each schema that exists; `null` where a database has none. */
  readonly schemas: ReadonlyMap<string, string | null>
  /** `schema.table.attribute` to the origin that `~lineage` has for it. */
  readonly lineage: ReadonlyMap<string, string>
}

export interface CatalogueTable {
  readonly name: TableName
  readonly isView: boolean
  readonly comment: string
  readonly columns: readonly CatalogueColumn[]
  readonly primaryKey: readonly string[]
  readonly foreignKeys: readonly Omit<ForeignKey, 'unique'>[]
  readonly indexes: readonly Index[]
}

export interface CatalogueColumn {
  readonly name: string
  /** With the marker of its type, if it has one. */
  readonly comment: string
  /** The type that the column itself tells in a table of that generation: for columns without a marker. */
  native(generation: Generation): AttributeType
  /** Of a text column, where the database has collations. */
  readonly collation: string | null
  readonly nullable: boolean
  readDefault(type: AttributeType): Default
}

/** The tables of some schemas as declarations. Hidden tables and hidden columns (`~…`, `_…`) are left out. */
export function storedSchemasOf(catalogue: Catalogue, schemas: readonly string[]): StoredSchemas {
  const byName = new Map(catalogue.tables.map((table) => [textOf(table.name), table]))
  const generations = generationsOf(catalogue)
  const wanted = new Set(schemas)
  const shown = catalogue.tables.filter(({ name }) => wanted.has(name.schema) && !isHidden(name))
  const declared = (table: CatalogueTable): TableDeclaration =>
    declarationOf(table, { catalogue, byName, generation: generationOf(table, catalogue) })
  const tables = shown.filter(({ isView }) => !isView).map(declared)
  const hidden = Map.groupBy(
    catalogue.tables.filter(({ name }) => isHidden(name)),
    ({ name }) => name.schema,
  )
  const recorded = new Set(catalogue.tables.flatMap(({ name }) => (name.table === '~lineage' ? [name.schema] : [])))
  return {
    tables,
    views: shown.filter(({ isView }) => isView).map(declared),
    wholeOf: (declaration) => {
      const table = byName.get(textOf(declaration.name))
      return table ? whole(declaration, table) : declaration
    },
    schemas: [...catalogue.schemas.keys()],
    generations: new Map([...generations].filter(([schema]) => wanted.has(schema))),
    hidden: new Map(
      schemas
        .filter((schema) => catalogue.schemas.has(schema))
        .map((schema) => [schema, (hidden.get(schema) ?? []).map(({ name }) => name.table)]),
    ),
    unrecorded: tables
      .filter((table) => recorded.has(table.name.schema) && !isRecorded(table, catalogue))
      .map(({ name }) => name),
    collationOf: (name, attribute) => {
      const column = byName.get(textOf(name))?.columns.find((candidate) => candidate.name === attribute)
      return column?.collation ?? catalogue.schemas.get(name.schema) ?? null
    },
  }
}

interface Around {
  readonly catalogue: Catalogue
  readonly byName: Tables
  readonly generation: Generation
}

function declarationOf(table: CatalogueTable, { catalogue, byName, generation }: Around): TableDeclaration {
  const heading = table.columns
    .filter(({ name }) => !name.startsWith('_'))
    .map((column): Attribute => {
      const type = typeOf(table, column, byName, generation)
      return {
        name: column.name,
        type,
        inKey: table.primaryKey.includes(column.name),
        nullable: column.nullable,
        default: column.readDefault(type),
        comment: parseColumnComment(column.comment).comment,
        lineage: lineageOf(table, column.name, byName, catalogue.lineage),
      }
    })
  // the name of a table that no pipeline made tells no tier: its rows are somebody's, hence manual
  const tier = tierOf(table.name.table) ?? 'manual'
  const isSingleton = table.primaryKey.includes('_singleton')
  const keyless = !isSingleton && !heading.some(({ inKey }) => inKey) ? { keyless: true as const } : {}
  return { name: table.name, tier, generation, comment: table.comment, heading, ...keysOf(table), ...keyless }
}

function whole(declaration: TableDeclaration, table: CatalogueTable): TableDeclaration {
  const hidden = table.columns
    // the key of a table without one
    .filter(({ name }) => name.startsWith('_') && name !== '_singleton')
    .map((column): Attribute => {
      const { name, nullable } = column
      const type = markedType(column, declaration.generation) ?? column.native(declaration.generation)
      const { comment } = parseColumnComment(column.comment)
      return { name, type, inKey: false, nullable, default: column.readDefault(type), comment, lineage: null }
    })
  const heading = [...declaration.heading, ...hidden].map((attribute): Attribute => {
    const store = externalStoreOf(attribute.type) === null ? listedIn(table, attribute.name) : null
    if (store === null) return attribute
    const { text } = attribute.type
    return { ...attribute, type: { text, storage: { kind: 'uuid' }, codec: { name: 'external-blob', store } } }
  })
  return { ...declaration, heading }
}

/** The store in whose `~external_<store>` the database itself looks for the values of a column. */
function listedIn({ foreignKeys }: CatalogueTable, name: string): string | null {
  const found = foreignKeys.find(
    ({ attributes, parent }) => attributes.length === 1 && attributes[0] === name && isHidden(parent),
  )
  return /^~external_(.+)$/.exec(found?.parent.table ?? '')?.[1] ?? null
}

type Tables = ReadonlyMap<string, CatalogueTable>

function typeOf(
  table: CatalogueTable,
  column: CatalogueColumn,
  tables: Tables,
  generation: Generation,
  seen: ReadonlySet<CatalogueColumn> = new Set(),
): AttributeType {
  const marked = markedType(column, generation)
  if (marked) return marked
  const parent = parentOf(table, column.name, tables)
  // tables that DataJoint did not make may refer to each other in a circle
  if (!parent || seen.has(parent.column)) return column.native(generation)
  return typeOf(parent.table, parent.column, tables, generation, new Set([...seen, column]))
}

function markedType(column: CatalogueColumn, generation: Generation): AttributeType | null {
  const { type } = parseColumnComment(column.comment)
  return type === null ? null : readMarker(type, column.native(generation))
}

function lineageOf(
  table: CatalogueTable,
  name: string,
  tables: Tables,
  recorded: ReadonlyMap<string, string>,
  seen: ReadonlySet<string> = new Set(),
): string | null {
  const own = formatLineage(table.name, name)
  const known = recorded.get(own)
  if (known !== undefined) return known
  const parent = parentOf(table, name, tables)
  if (parent && !seen.has(own)) {
    return lineageOf(parent.table, parent.column.name, tables, recorded, new Set([...seen, own]))
  }
  // what others refer to begins here, also where it is not in the key
  return table.primaryKey.includes(name) || seen.size > 0 ? own : null
}

function parentOf(table: CatalogueTable, name: string, tables: Tables) {
  for (const { attributes, parent, parentAttributes } of visibleKeys(table)) {
    const index = attributes.indexOf(name)
    const found = index < 0 ? undefined : tables.get(textOf(parent))
    const column = found?.columns.find((candidate) => candidate.name === parentAttributes[index])
    // a table may refer to itself, a column to itself not
    if (found && column && !(found === table && column.name === name)) return { table: found, column }
  }
  return null
}

/** Whether the rows that the 2.x format keeps beside a table are there; declaring it may have been cut short before. */
function isRecorded({ name, generation, heading }: TableDeclaration, { lineage }: Catalogue): boolean {
  return (
    generation === '0.14' ||
    heading.every((attribute) => attribute.lineage === null || lineage.has(formatLineage(name, attribute.name)))
  )
}

/** The index that a reference needs goes with it, whether the database or we have made it. */
function keysOf(table: CatalogueTable): Pick<TableDeclaration, 'foreignKeys' | 'indexes'> {
  const { indexes } = table
  return {
    foreignKeys: visibleKeys(table).map((foreignKey) => ({
      ...foreignKey,
      unique: indexes.some((index) => index.unique && sameList(index.attributes, foreignKey.attributes)),
    })),
    indexes: indexes.filter(
      ({ attributes }) => !table.foreignKeys.some((foreignKey) => sameList(attributes, foreignKey.attributes)),
    ),
  }
}

/** A reference to `~external_…` goes with the type of its attribute. */
const visibleKeys = ({ foreignKeys }: CatalogueTable) => foreignKeys.filter(({ parent }) => !isHidden(parent))

const isHidden = ({ table }: TableName): boolean => table.startsWith('~')

const textOf = ({ schema, table }: TableName): string => `${schema}.${table}`

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, index) => name === b[index])
