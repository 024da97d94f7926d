import type { CollationOf } from '../compile/dialect.ts'
import { isInherited } from '../definition/column-comment.ts'
import type { TableDeclaration, TableName } from '../definition/table-declaration.ts'
import { identifyTable } from '../query/dependencies.ts'

/** The collations of the columns that are there, and of those that tables yet to be created will inherit from them. */
export function collationsWith(stored: CollationOf, planned: readonly TableDeclaration[]): CollationOf {
  const byName = new Map(planned.map((declaration) => [identifyTable(declaration.name), declaration]))
  const collationOf: CollationOf = (table, attribute) => {
    const declaration = byName.get(identifyTable(table))
    const source = declaration && sourceOf(declaration, attribute)
    return source ? collationOf(source.parent, source.attribute) : stored(table, attribute)
  }
  return collationOf
}

function sourceOf(
  { name, heading, foreignKeys }: TableDeclaration,
  attribute: string,
): { readonly parent: TableName; readonly attribute: string } | null {
  if (!heading.some((one) => one.name === attribute && isInherited(one, name))) return null
  for (const { attributes, parent, parentAttributes } of foreignKeys) {
    const source = parentAttributes[attributes.indexOf(attribute)]
    if (source !== undefined) return { parent, attribute: source }
  }
  return null
}
