import type { Condition } from '../relation/condition.ts'

/** The attributes that a condition reads by name, apart from its SQL text. */
export function attributesIn(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case 'compare':
    case 'is-null':
    case 'like':
    case 'json':
    case 'json-null':
      return [condition.attribute]
    case 'sql':
      return []
    case 'in':
      return condition.attributes
    case 'matches':
      return condition.on.map(([here]) => here)
    case 'and':
    case 'or':
      return condition.conditions.flatMap(attributesIn)
    case 'not':
      return attributesIn(condition.condition)
  }
}

/** Whether SQL text stands in a condition, which is to see all attributes of the rows. */
export function hasSqlText(condition: Condition): boolean {
  switch (condition.kind) {
    case 'sql':
      return true
    case 'and':
    case 'or':
      return condition.conditions.some(hasSqlText)
    case 'not':
      return hasSqlText(condition.condition)
    default:
      return false
  }
}
