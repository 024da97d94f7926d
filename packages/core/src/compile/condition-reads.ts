import { type Condition, leavesOf } from '../relation/condition.ts'

/** The attributes that a condition reads by name, apart from its SQL text. */
export const attributesIn = (condition: Condition): readonly string[] =>
  leavesOf(condition).flatMap((leaf) => {
    switch (leaf.kind) {
      case 'sql':
        return []
      case 'in':
        return leaf.attributes
      case 'matches':
        return leaf.on.map(([here]) => here)
      default:
        return [leaf.attribute]
    }
  })

/** Whether SQL text stands in a condition, which is to see all attributes of the rows. */
export const hasSqlText = (condition: Condition): boolean => leavesOf(condition).some(({ kind }) => kind === 'sql')
