import type { TableDeclaration } from './table-declaration.ts'
import { typeName } from './table-name.ts'

/** A table that a definition can refer to; its parts are properties, by their names. */
export interface Referable {
  readonly declaration: TableDeclaration
}

/** Tables by their names, and groups of them, such as those of another schema. */
export interface ReferableGroup {
  readonly [name: string]: Referable | ReferableGroup
}

interface References {
  readonly references: ReferableGroup
  readonly master?: Referable | undefined
}

/**
 * Finds `Session`, `lab.Session`, `ProbeType.Electrode` or, in a part, its master and the parts before it, whose master
 * it may call `master` or by name.
 */
export function findReference({ references, master }: References, target: string): Referable | null {
  const [first = '', ...parts] = target.split('.')
  const named = master && first === typeName(master.declaration.name.table) ? master : undefined
  const start = first === 'master' && master ? master : (ownProperty(references, first) ?? named)
  const found = parts.reduce<unknown>(ownProperty, start)
  return isReferable(found) ? found : null
}

/** The names that a definition could have used. */
function listReferences({ references, master }: References): readonly string[] {
  return listNames(master ? { master, ...references } : references)
}

/** What to write in place of a name that no table has. */
export function adviseOnReference(table: References & { readonly name: string }, target: string): string {
  if (target === table.name) {
    return `A table cannot refer to itself: refer to it twice in another, \`-> ${target}\` and \`-> ${target}.proj(other_name='name')\`.`
  }
  const [first = ''] = target.split('.')
  if (first !== target && Object.hasOwn(table.references, target)) {
    return `What comes after a point is found in what stands before it: give { ${first} }, not { '${target}': … }.`
  }
  const names = listReferences(table)
  if (names.length === 0) return 'No tables are given to it.'
  const plain = target.toLowerCase()
  const similar = names.find((name) => name.toLowerCase() === plain || name.toLowerCase().endsWith(`.${plain}`))
  return `${similar === undefined ? '' : `Write \`-> ${similar}\`. `}The tables given to it are ${names.join(', ')}.`
}

const listNames = (group: ReferableGroup): readonly string[] =>
  Object.entries(group).flatMap(([name, value]) =>
    isReferable(value)
      ? [name, ...Object.entries(value).flatMap(([part, one]) => (isPart(part, one, value) ? [`${name}.${part}`] : []))]
      : listNames(value).map((inside) => `${name}.${inside}`),
  )

/** A part is named like a type; other tables that a table knows of (its master, its parents) are not its parts. */
const isPart = (name: string, value: unknown, table: Referable): boolean =>
  /^[A-Z]/.test(name) && isReferable(value) && value !== table

function ownProperty(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  (typeof value === 'object' && value !== null) || typeof value === 'function'

const isReferable = (value: unknown): value is Referable => isObject(value) && isObject(value.declaration)
