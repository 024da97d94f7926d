import { choose } from './columns.ts'
import { UndeterminedGroupError } from './errors.ts'
import type { Column } from './expression.ts'
import { namesOf, primaryKey } from './heading.ts'
import { type Matching, matchedNames } from './join.ts'
import { requireKey } from './keyless.ts'
import type { AggregateNode, RelationNode } from './node.ts'

export interface AggregateOptions {
  readonly keep?: AggregateNode['keep']
  readonly matching?: Matching
}

/**
 * For each row of `source` what the rows of `group` that match it amount to: attributes of `source` under new or old names,
 * always its whole primary key, and expressions over the rows of `group`, which must have that key. Without `keep:
 * 'matching'` also where no row matches. SQL sees the attributes of `source`, and those of `group` that `source` has not.
 */
export function aggregate(
  source: RelationNode,
  group: RelationNode,
  columns: Readonly<Record<string, Column>>,
  { keep = 'all', matching = 'lineage' }: AggregateOptions = {},
): AggregateNode {
  requireKey(source, 'group rows by')
  const names = new Set(namesOf(group.heading))
  const missing = namesOf(primaryKey(source.heading)).filter((name) => !names.has(name))
  if (missing.length > 0) throw new UndeterminedGroupError(missing, namesOf(group.heading))
  const on = matchedNames(source.heading, group.heading, matching)
  const beside = source.heading.filter(({ name }) => !names.has(name))
  const chosen = choose(source.heading, columns, { of: 'group', heading: group.heading, beside })
  return { kind: 'aggregate', source, group, on, keep, ...chosen }
}
