import type { Heading } from '../attribute/attribute.ts'
import { requireJsonPath, requireSqlText } from './compute.ts'
import type { Condition } from './condition.ts'
import { InvalidConditionError } from './errors.ts'
import { requireAttribute } from './heading.ts'
import type { RelationNode, RestrictNode } from './node.ts'

/** The rows of `source` that satisfy `condition`; refuses attributes that `source` does not have. */
export function restrict(source: RelationNode, condition: Condition): RestrictNode {
  requireValid(condition, source.heading)
  return { kind: 'restrict', heading: source.heading, source, condition }
}

/** Refuses a condition on attributes that `heading` does not have, or that have no such values. */
function requireValid(condition: Condition, heading: Heading): void {
  switch (condition.kind) {
    case 'compare':
    case 'is-null':
      requireAttribute(heading, condition.attribute)
      return
    case 'like': {
      const { name, type } = requireAttribute(heading, condition.attribute)
      if (type.codec !== null || (type.storage.kind !== 'text' && type.storage.kind !== 'enum')) {
        throw new InvalidConditionError(`\`${name}\` is ${type.text}: only text is like a pattern.`)
      }
      return
    }
    case 'json':
    case 'json-null':
      requireJsonPath(heading, condition.attribute, condition.path)
      return
    case 'sql':
      requireSqlText(condition.sql, heading)
      return
    case 'in': {
      const { attributes, keys } = condition
      if (attributes.length === 0) throw new InvalidConditionError('A list of keys needs at least one attribute.')
      for (const attribute of attributes) requireAttribute(heading, attribute)
      const ragged = keys.findIndex((key) => key.length !== attributes.length)
      if (ragged >= 0) {
        throw new InvalidConditionError(
          `Key ${ragged} has ${keys[ragged]?.length} values for the ${attributes.length} attributes ${attributes.join(', ')}.`,
        )
      }
      return
    }
    case 'matches':
      for (const [here, there] of condition.on) {
        requireAttribute(heading, here)
        requireAttribute(condition.source.heading, there)
      }
      return
    case 'and':
    case 'or':
      for (const part of condition.conditions) requireValid(part, heading)
      return
    case 'not':
      requireValid(condition.condition, heading)
  }
}
