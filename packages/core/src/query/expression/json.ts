import { parseAttributeType } from '../../attribute/attribute-type.ts'
import type { JsonPath } from '../../relation/expression.ts'
import type { CheckedType, Computed, ValueOfType } from './computed.ts'
import { InvalidPathError } from '../algebra-errors.ts'
import { requireText } from '../../options.ts'
import { made } from '../made.ts'

/**
 * A member of a JSON attribute as a value of a type; NULL where there is none, or none of that type. The path has names with
 * dots between them, places in lists in brackets and other names in quotes: `channels[0].gain`, `"left gain".value`.
 *
 * ```ts
 * db(Recording).project({ gain: json('settings', 'gain.left', 'float64') })
 * ```
 *
 * @throws InvalidPathError `invalid-path`
 */
export function json<const Name extends string, const T extends string>(
  attribute: Name,
  path: string,
  type: T & CheckedType<T>,
): Computed<ValueOfType<T> | null, never, Name> {
  requireText('json()', 'the name of an attribute', attribute)
  requireText('json()', 'the path of a member', path)
  requireText('json()', "a type, such as 'float64'", type)
  const expression = { kind: 'json', attribute, path: parseJsonPath(path), type: parseAttributeType(type) } as const
  // the members for the compiler are on no value
  return made({ kind: 'computed', expression }) as unknown as Computed<ValueOfType<T> | null, never, Name>
}

/** Splits `settings.gain[0]` at its first dot or bracket; `null` where it has none. */
export function splitJsonName(text: string): { readonly attribute: string; readonly path: JsonPath } | null {
  const end = text.search(/[.[]/)
  if (end < 0) return null
  return { attribute: text.slice(0, end), path: parseJsonPath(text.slice(text[end] === '.' ? end + 1 : end)) }
}

const step = /\[(\d{1,15})\]|\.?"((?:[^"\\]|\\.)*)"|\.?([^.[\]"]+)/y

/** Reads `gain.left`, `channels[0].gain` or `"left gain"`. */
function parseJsonPath(text: string): JsonPath {
  const path: (string | number)[] = []
  let end = 0
  while (end < text.length) {
    step.lastIndex = end
    const match = step.exec(text)
    // a name follows another after a dot, and nothing else does
    if (!match || (match[1] === undefined && match[0].startsWith('.') === (end === 0))) throw new InvalidPathError(text)
    const [whole, place, quoted, plain] = match
    path.push(place === undefined ? (plain ?? readQuoted(quoted ?? '', text)) : Number(place))
    end += whole.length
  }
  if (path.length === 0) throw new InvalidPathError(text)
  return path
}

function readQuoted(quoted: string, path: string): string {
  try {
    return String(JSON.parse(`"${quoted}"`))
  } catch (error) {
    throw new InvalidPathError(path, error)
  }
}
