import type { TableDeclaration } from './table-declaration.ts'

/** A table that a definition can refer to; its parts are properties, by their names. */
export interface Referable {
  readonly declaration: TableDeclaration
}

interface References {
  readonly references: Readonly<Record<string, Referable>>
  readonly master?: Referable | undefined
}

/** Finds `Session`, `ProbeType.Electrode` or, in a part, `master`. */
export function findReference({ references, master }: References, target: string): Referable | null {
  const [first = '', ...parts] = target.split('.')
  const start = first === 'master' && master ? master : ownProperty(references, first)
  const found = parts.reduce<unknown>(ownProperty, start)
  return isReferable(found) ? found : null
}

/** The names that a definition could have used. */
export function listReferences({ references, master }: References): readonly string[] {
  const names = Object.entries(references).flatMap(([name, table]) => [
    name,
    ...Object.entries(table).flatMap(([part, value]) => (isPart(part, value, table) ? [`${name}.${part}`] : [])),
  ])
  return master ? ['master', ...names] : names
}

/** A part is named like a type; other tables that a table knows of (its master, its parents) are not its parts. */
const isPart = (name: string, value: unknown, table: Referable): boolean =>
  /^[A-Z]/.test(name) && isReferable(value) && value !== table

function ownProperty(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  (typeof value === 'object' && value !== null) || typeof value === 'function'

const isReferable = (value: unknown): value is Referable => isObject(value) && isObject(value.declaration)
