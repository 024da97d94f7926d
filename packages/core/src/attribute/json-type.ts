import type { AttributeType } from './attribute.ts'
import type { Refuse } from './refuse.ts'

/** What JSON can say. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue }

export interface JsonValues {
  json: JsonValue
}

/** `json`. */
export function readJsonType(text: string): AttributeType | null {
  return text.toLowerCase() === 'json' ? { text: 'json', storage: { kind: 'json' }, codec: null } : null
}

/** JSON text. What `JSON.stringify` would drop or replace without a word is refused. */
export function jsonToStored(value: unknown, refuse: Refuse): string {
  const path = findUnwritable(value, '$', [])
  if (path !== null) throw refuse(`plain JSON data (${path} is none)`)
  return JSON.stringify(value)
}

/** The path of the first part of a value that JSON cannot say. */
function findUnwritable(value: unknown, path: string, parents: readonly object[]): string | null {
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return null
    case 'number':
      return Number.isFinite(value) ? null : path
    case 'object': {
      if (value === null) return null
      if (parents.includes(value) || 'toJSON' in value || Object.getOwnPropertySymbols(value).length > 0) return path
      const within = [...parents, value]
      if (Array.isArray(value)) return firstUnwritable(value.entries(), (index) => `${path}[${index}]`, within)
      const prototype: unknown = Object.getPrototypeOf(value)
      if (prototype !== Object.prototype && prototype !== null) return path
      return firstUnwritable(Object.entries(value), (name) => `${path}.${name}`, within)
    }
    default:
      return path
  }
}

function firstUnwritable<Name>(
  entries: Iterable<readonly [Name, unknown]>,
  pathOf: (name: Name) => string,
  parents: readonly object[],
): string | null {
  for (const [name, value] of entries) {
    const path = findUnwritable(value, pathOf(name), parents)
    if (path !== null) return path
  }
  return null
}
