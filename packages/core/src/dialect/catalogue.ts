import { parseAttributeType } from '../attribute/attribute-type.ts'
import type { Attribute, AttributeType, Default } from '../attribute/attribute.ts'
import { formatLineage, parseColumnComment } from '../definition/column-comment.ts'
import type { ForeignKey, Index, TableDeclaration, TableName } from '../definition/table-declaration.ts'
import { tierOf } from '../definition/table-name.ts'

/** What a database says of itself, before the types that definitions know are found in it. */
export interface Catalogue {
  readonly tables: readonly CatalogueTable[]
  /** `schema.table.attribute` to the origin that `~lineage` has for it. */
  readonly lineage: ReadonlyMap<string, string>
}

export interface CatalogueTable {
  readonly name: TableName
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
  /** The type that the column itself tells: for columns without a marker. */
  readonly native: AttributeType
  readonly nullable: boolean
  readDefault(type: AttributeType): Default
}

/** The tables of one schema as declarations. Hidden tables and hidden columns (`~…`, `_…`) are left out. */
export function declarationsOf(catalogue: Catalogue, schema: string): readonly TableDeclaration[] {
  const tables = new Map(catalogue.tables.map((table) => [textOf(table.name), table]))
  return catalogue.tables
    .filter(({ name }) => name.schema === schema && !name.table.startsWith('~'))
    .map((table) => {
      const heading = table.columns
        .filter(({ name }) => !name.startsWith('_'))
        .map((column): Attribute => {
          const type = typeOf(table, column, tables)
          const inKey = table.primaryKey.includes(column.name)
          return {
            name: column.name,
            type,
            inKey,
            nullable: column.nullable,
            default: column.readDefault(type),
            comment: parseColumnComment(column.comment).comment,
            lineage: lineageOf(table, column.name, tables, catalogue.lineage),
          }
        })
      // the name of a table that no pipeline made tells no tier: its rows are somebody's, hence manual
      const tier = tierOf(table.name.table) ?? 'manual'
      return { name: table.name, tier, comment: table.comment, heading, ...keysOf(table) }
    })
}

type Tables = ReadonlyMap<string, CatalogueTable>

function typeOf(table: CatalogueTable, column: CatalogueColumn, tables: Tables): AttributeType {
  const { type } = parseColumnComment(column.comment)
  const marked = type === null ? null : parseMarker(type)
  if (marked) return marked
  const parent = parentOf(table, column.name, tables)
  return parent ? typeOf(parent.table, parent.column, tables) : column.native
}

function lineageOf(
  table: CatalogueTable,
  name: string,
  tables: Tables,
  recorded: ReadonlyMap<string, string>,
): string | null {
  const own = formatLineage(table.name, name)
  const known = recorded.get(own)
  if (known !== undefined) return known
  const parent = parentOf(table, name, tables)
  if (parent) return lineageOf(parent.table, parent.column.name, tables, recorded)
  return table.primaryKey.includes(name) ? own : null
}

function parentOf(table: CatalogueTable, name: string, tables: Tables) {
  for (const { attributes, parent, parentAttributes } of table.foreignKeys) {
    const index = attributes.indexOf(name)
    const found = index < 0 ? undefined : tables.get(textOf(parent))
    const column = found?.columns.find((candidate) => candidate.name === parentAttributes[index])
    // a table may refer to itself, a column to itself not
    if (found && column && !(found === table && column.name === name)) return { table: found, column }
  }
  return null
}

/** A marker of another client may name a type that the definition language does not have. */
function parseMarker(text: string): AttributeType | null {
  try {
    return parseAttributeType(text)
  } catch {
    return null
  }
}

/** The index that a reference needs goes with it, whether the database or we have made it. */
function keysOf({ foreignKeys, indexes }: CatalogueTable): Pick<TableDeclaration, 'foreignKeys' | 'indexes'> {
  return {
    foreignKeys: foreignKeys.map((foreignKey) => ({
      ...foreignKey,
      unique: indexes.some(({ unique, attributes }) => unique && sameList(attributes, foreignKey.attributes)),
    })),
    indexes: indexes.filter(
      ({ attributes }) => !foreignKeys.some((foreignKey) => sameList(attributes, foreignKey.attributes)),
    ),
  }
}

const textOf = ({ schema, table }: TableName): string => `${schema}.${table}`

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, index) => name === b[index])
