import type { AttributeType } from './attribute.ts'
import type { Generation } from './generation.ts'

/**
 * The types that the generations call by other names, `*` standing for any store. Where one has no name for it, that is
 * what to do instead. All other types are called the same in both.
 */
interface Counterparts {
  readonly '2.x': string
  readonly '0.14': string
}

const counterparts: readonly Counterparts[] = [
  { '2.x': 'int8', '0.14': 'tinyint' },
  { '2.x': 'int16', '0.14': 'smallint' },
  { '2.x': 'int32', '0.14': 'int' },
  { '2.x': 'int64', '0.14': 'bigint' },
  { '2.x': 'float32', '0.14': 'float' },
  { '2.x': 'float64', '0.14': 'double' },
  { '2.x': 'bool', '0.14': 'tinyint(1)' },
  { '2.x': '<blob>', '0.14': 'longblob' },
  { '2.x': '<attach>', '0.14': 'attach' },
  { '2.x': '<blob@*>', '0.14': 'blob@*' },
  { '2.x': '<attach@*>', '0.14': 'attach@*' },
  { '2.x': '<filepath@*>', '0.14': 'filepath@*' },
]

/** What a column comment says of the type, as `:marker:`: in 2.x every core type and codec, in 0.14 what the column cannot say. */
const marked: Readonly<Record<Generation, RegExp>> = {
  '2.x':
    /^(u?int(8|16|24|32|64)|float(32|64)|bool|uuid|json|bytes|date|datetime(\(\d\))?|(var)?char\(\d+\)|enum\(.*\)|decimal\(\d+,\d+\)|<.*>)$/s,
  '0.14': /^(uuid|attach|(blob|attach|filepath)@.*|<.*>)$/,
}

/**
 * The marker that the comment of a column carries in a table of that generation; `null` where it carries none. `type` is
 * one of that generation, as `parseAttributeType` and `typeIn` give it.
 */
export const markerOf = ({ text }: AttributeType, generation: Generation): string | null =>
  marked[generation].test(text) ? text : null

/** What the 0.14 generation calls a type of 2.x; `null` where the name is the same. */
export function legacyName(text: string): string | null {
  for (const { '2.x': core, '0.14': legacy } of counterparts) {
    if (text === core) return legacy
    const [before = '', after = ''] = core.split('*')
    if (!core.includes('*') || !text.startsWith(before) || !text.endsWith(after)) continue
    const store = text.slice(before.length, text.length - after.length)
    return legacy.replace('*', store)
  }
  return null
}
