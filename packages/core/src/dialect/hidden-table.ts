import type { TableDeclaration } from '../definition/table-declaration.ts'

/** What we are called in the `version` of a row of `~log`, which has room for 12 characters. */
export const logVersion = 'neurojoint'

/** What `~lineage` holds for a table; as DataJoint 2 does it, also for the hidden key of a table of one row. */
export function lineageRows({ name, heading }: TableDeclaration): readonly (readonly [string, string])[] {
  const rows = heading.flatMap((attribute) =>
    attribute.lineage === null ? [] : [[attribute.name, attribute.lineage] as const],
  )
  const hasKey = heading.some(({ inKey }) => inKey)
  return hasKey ? rows : [...rows, ['_singleton', `${name.schema}.${name.table}._singleton`]]
}
