import type { TableDeclaration } from '../definition/table-declaration.ts'
import type { TableNode } from './node.ts'

/** All rows of a base table. */
export const tableNode = ({
  name,
  heading,
  keyless,
}: Pick<TableDeclaration, 'name' | 'heading' | 'keyless'>): TableNode => ({
  kind: 'table',
  heading,
  name,
  ...(keyless && { keyless }),
})
