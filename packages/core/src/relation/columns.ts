import type { Attribute, Heading } from '../attribute/attribute.ts'
import { computed, type Scope } from './compute.ts'
import { AttributeClashError } from './errors.ts'
import type { Column, Expression } from './expression.ts'
import { requireAttribute } from './heading.ts'

/** A heading and, in its order, what each of its attributes is. */
interface Chosen {
  readonly heading: Heading
  readonly columns: Readonly<Record<string, Column>>
}

/**
 * The attributes of `source` that `columns` names, under new or old names and in the order of `source`, and always the whole
 * primary key: a key attribute that is not named keeps its name. Computed attributes come last.
 */
export function choose(source: Heading, columns: Readonly<Record<string, Column>>, scope: Scope): Chosen {
  const kept: (readonly [string, string])[] = []
  const expressions: (readonly [string, Expression])[] = []
  for (const [name, column] of Object.entries(columns)) {
    if (typeof column === 'string') kept.push([name, column])
    else expressions.push([name, column])
  }
  for (const [, from] of kept) requireAttribute(source, from)
  const attributes = source.flatMap((attribute): (readonly [Attribute, string])[] => {
    const names = kept.filter(([, from]) => from === attribute.name).map(([name]) => name)
    if (names.length > 0) return rename(attribute, names).map((renamed) => [renamed, attribute.name])
    if (!attribute.inKey) return []
    const clash = columns[attribute.name]
    if (clash !== undefined) throw new AttributeClashError(attribute.name, typeof clash === 'string' ? clash : null)
    return [[attribute, attribute.name]]
  })
  const made = expressions.map(([name, expression]) => [computed(name, expression, scope), expression] as const)
  const all = [...attributes, ...made]
  return {
    heading: all.map(([attribute]) => attribute),
    columns: Object.fromEntries(all.map(([{ name }, column]) => [name, column])),
  }
}

/** One attribute under several names; of the key, each of them is in it, as in DataJoint. */
const rename = (attribute: Attribute, names: readonly string[]): Attribute[] =>
  names.map((name) => ({ ...attribute, name }))
