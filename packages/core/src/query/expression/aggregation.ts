import type { Aggregation } from '../../relation/expression.ts'
import type { Aggregated } from './computed.ts'
import { InvalidCallError } from '../errors.ts'
import { made } from '../made.ts'

/** How many rows a group has; of an attribute, how many of them have a value. */
export function count(): Aggregated<'count', null>
export function count<const Name extends string>(attribute: Name): Aggregated<'count', Name>
export function count(attribute: string | null = null): Aggregated<'count', string | null> {
  return attribute === null ? aggregating('count', null) : aggregated('count', 'count', attribute)
}

/** How many different values an attribute has in a group. */
export const countDistinct = <const Name extends string>(attribute: Name): Aggregated<'count-distinct', Name> =>
  aggregated('countDistinct', 'count-distinct', attribute)

/** The sum of an attribute; of no values, NULL. */
export const sum = <const Name extends string>(attribute: Name): Aggregated<'sum', Name> =>
  aggregated('sum', 'sum', attribute)

/** The mean of an attribute; of no values, NULL. */
export const average = <const Name extends string>(attribute: Name): Aggregated<'average', Name> =>
  aggregated('average', 'average', attribute)

/** The least value of an attribute; of no values, NULL. */
export const min = <const Name extends string>(attribute: Name): Aggregated<'min', Name> =>
  aggregated('min', 'min', attribute)

/** The greatest value of an attribute; of no values, NULL. */
export const max = <const Name extends string>(attribute: Name): Aggregated<'max', Name> =>
  aggregated('max', 'max', attribute)

function aggregated<A extends Aggregation, Name extends string>(
  verb: string,
  aggregation: A,
  attribute: Name,
): Aggregated<A, Name> {
  if (typeof attribute !== 'string') {
    throw new InvalidCallError(`${verb}() takes the name of an attribute of the rows that are aggregated.`)
  }
  return aggregating(aggregation, attribute)
}

/** The members for the compiler are on no value: this is where an aggregation gets them. */
const aggregating = <A extends Aggregation, Name extends string | null>(
  aggregation: A,
  attribute: Name,
): Aggregated<A, Name> =>
  made({ kind: 'computed', expression: { kind: 'aggregate', aggregation, attribute } }) as unknown as Aggregated<
    A,
    Name
  >
