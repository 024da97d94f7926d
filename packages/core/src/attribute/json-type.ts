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

/** How many arrays and objects may be inside one another: MariaDB takes no more. */
const DEPTH = 31

/** JSON text. What `JSON.stringify` would drop or replace without a word is refused, and what not every database takes. */
export function jsonToStored(value: unknown, refuse: Refuse): string {
  const problem = findUnwritable(value, '$', [])
  if (problem !== null) throw refuse(`plain JSON data (${problem})`)
  return JSON.stringify(value)
}

/** What is wrong with the first part of a value that JSON cannot say, and where it is. */
function findUnwritable(value: unknown, path: string, parents: readonly object[]): string | null {
  const none = `${path} is none`
  switch (typeof value) {
    case 'boolean':
      return null
    case 'string':
      return value.isWellFormed() ? null : `${path} has a lone surrogate, which UTF-8 cannot write`
    case 'number':
      return Number.isFinite(value) ? null : none
    case 'object': {
      if (value === null) return null
      if (parents.includes(value) || 'toJSON' in value || Object.getOwnPropertySymbols(value).length > 0) return none
      if (parents.length === DEPTH) return `${path} is deeper than ${DEPTH} arrays and objects: a <blob> takes more`
      const within = [...parents, value]
      if (Array.isArray(value)) return firstUnwritable(value.entries(), (index) => `${path}[${index}]`, within)
      const prototype: unknown = Object.getPrototypeOf(value)
      if (prototype !== Object.prototype && prototype !== null) return none
      const lone = Object.keys(value).find((name) => !name.isWellFormed())
      if (lone !== undefined) return `${path} has a name with a lone surrogate, which UTF-8 cannot write`
      return firstUnwritable(Object.entries(value), (name) => `${path}.${name}`, within)
    }
    default:
      return none
  }
}

function firstUnwritable<Name>(
  entries: Iterable<readonly [Name, unknown]>,
  pathOf: (name: Name) => string,
  parents: readonly object[],
): string | null {
  for (const [name, value] of entries) {
    const problem = findUnwritable(value, pathOf(name), parents)
    if (problem !== null) return problem
  }
  return null
}
