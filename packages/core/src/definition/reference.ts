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
export function listReferences({ references, master }: References): readonly string[] {
  return listNames(master ? { master, ...references } : references)
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
