import type { Attribute } from '../attribute/attribute.ts'
import { AttributeClashError } from './errors.ts'
import { requireAttribute } from './heading.ts'
import type { ProjectNode, RelationNode } from './node.ts'

/**
 * Some attributes of `source` under new or old names (new name to old name), and always the whole primary key: a key
 * attribute that is not named keeps its name. The order is that of `source`.
 */
export function project(source: RelationNode, columns: Readonly<Record<string, string>>): ProjectNode {
  const wanted = Object.entries(columns)
  for (const [, from] of wanted) requireAttribute(source.heading, from)
  const kept = source.heading.flatMap((attribute): (readonly [Attribute, string])[] => {
    const names = wanted.filter(([, from]) => from === attribute.name).map(([name]) => name)
    if (names.length > 0) return rename(attribute, names).map((renamed) => [renamed, attribute.name])
    if (!attribute.inKey) return []
    const clash = columns[attribute.name]
    if (clash !== undefined) throw new AttributeClashError(attribute.name, clash)
    return [[attribute, attribute.name]]
  })
  return {
    kind: 'project',
    heading: kept.map(([attribute]) => attribute),
    source,
    columns: Object.fromEntries(kept.map(([{ name }, from]) => [name, from])),
  }
}

/** One attribute under several names is in the key once: under its own name, else under the first. */
function rename(attribute: Attribute, names: readonly string[]): Attribute[] {
  const keyName = names.includes(attribute.name) ? attribute.name : names[0]
  return names.map((name) => ({ ...attribute, name, inKey: attribute.inKey && name === keyName }))
}
