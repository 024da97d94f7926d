import { formatLineage, parseColumnComment } from '../definition/column-comment.ts'
import type { Generation } from '../definition/table-declaration.ts'
import { tierOf } from '../definition/table-name.ts'
import type { Catalogue, CatalogueTable } from './catalogue.ts'

/** The generation of each schema that has tables: one 0.14 table makes it 0.14's, as its other clients must read it. */
export function generationsOf(catalogue: Catalogue): ReadonlyMap<string, Generation> {
  const tables = catalogue.tables.filter(({ isView }) => !isView)
  const schemas = Map.groupBy(tables, ({ name }) => name.schema)
  return new Map(
    [...schemas].map(([schema, own]) => {
      const visible = own.filter(({ name }) => !name.table.startsWith('~'))
      const old =
        visible.length === 0
          ? signOf(schema, catalogue) === '0.14'
          : visible.some((table) => generationOf(table, catalogue) === '0.14')
      return [schema, old ? '0.14' : '2.x']
    }),
  )
}

/**
 * The generation of a table: by its markers and its lineage, then by the hidden tables of its schema, then, where its name
 * is a pipeline's, by a blob that has no marker. A table that tells nothing is read alike in both.
 */
export function generationOf(table: CatalogueTable, catalogue: Catalogue): Generation {
  const { name, columns, primaryKey } = table
  if (columns.some(({ comment }) => isCoreMarker(parseColumnComment(comment).type))) return '2.x'
  if (primaryKey.includes('_singleton')) return '2.x'
  if (columns.some((column) => catalogue.lineage.has(formatLineage(name, column.name)))) return '2.x'
  const sign = signOf(name.schema, catalogue)
  if (sign) return sign
  return tierOf(name.table) !== null && columns.some(isUnmarkedBlob) ? '0.14' : '2.x'
}

/** What the hidden tables of a schema say; `~lineage` may have come later, with the first table of DataJoint 2. */
function signOf(schema: string, { tables }: Catalogue): Generation | null {
  const hidden = tables.flatMap(({ name }) => (name.schema === schema ? [name.table] : []))
  if (hidden.some((name) => name === '~log' || name === '~jobs' || name.startsWith('~external_'))) return '0.14'
  return hidden.includes('~lineage') ? '2.x' : null
}

/** `uuid`, adapters and external types are marked in both generations. */
const isCoreMarker = (marker: string | null): boolean =>
  marker !== null &&
  /^(u?int\d+|float\d+|bool|json|bytes|date|datetime|char|varchar|enum|decimal)\b|^<\w+@/.test(marker)

const isUnmarkedBlob = ({ comment, native }: CatalogueTable['columns'][number]): boolean =>
  parseColumnComment(comment).type === null &&
  native('2.x').storage.kind === 'bytes' &&
  native('2.x').text.endsWith('blob')
