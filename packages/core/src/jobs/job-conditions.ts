import type { Heading } from '../attribute/attribute.ts'
import type { Dialect } from '../compile/dialect.ts'
import { equals } from '../query/expression/conditions.ts'
import type { Condition } from '../relation/condition.ts'
import type { SqlText } from '../relation/expression.ts'
import { valueIn } from '../query/given-row.ts'
import type { Claim, JobStatus } from './queue.ts'
import { leasePlace, reservationPattern } from './reservation.ts'

/** SQL of text and the attributes between it. */
export const sqlOf = (strings: TemplateStringsArray, ...attributes: readonly string[]): SqlText => ({
  text: strings,
  operands: attributes.map((name) => ({ kind: 'attribute', name })),
})

export const seconds = (number: number): SqlText => ({ text: [number.toFixed(3)], operands: [] })

export const all = (conditions: readonly Condition[]): Condition => ({ kind: 'and', conditions })

export const statusIs = (...statuses: readonly JobStatus[]): Condition => {
  const conditions = statuses.map((value): Condition => ({
    kind: 'compare',
    attribute: 'status',
    operator: '=',
    value,
  }))
  return conditions.length === 1 ? all(conditions) : { kind: 'or', conditions }
}

/** A condition on an attribute and what SQL gives. */
function compared(attribute: string, operator: '<' | '<=', { text, operands }: SqlText): Condition {
  const [first = '', ...others] = text
  return {
    kind: 'sql',
    sql: {
      text: ['', ` ${operator} ${first}`, ...others],
      operands: [{ kind: 'attribute', name: attribute }, ...operands],
    },
  }
}

/** A time of the job is so many seconds ago, or longer. */
export const olderThan = (attribute: string, age: number, { clock }: Dialect): Condition =>
  compared(attribute, '<', clock.now(seconds(-age)))

/** What may be claimed now. */
export const due = ({ clock }: Dialect): Condition =>
  all([statusIs('pending'), compared('scheduled_time', '<=', clock.now(seconds(0)))])

/** How long the lease of a reservation of ours is, as SQL. */
const leaseSeconds = `CAST(SUBSTR(`
const leaseEnd = `, ${leasePlace.from}, ${leasePlace.length}) AS DECIMAL(10, 3))`
export const lease: SqlText = { text: [leaseSeconds, leaseEnd], operands: [{ kind: 'attribute', name: 'version' }] }

export const oursReserved: Condition = all([
  statusIs('reserved'),
  { kind: 'like', attribute: 'version', pattern: reservationPattern },
])

/** Reservations of ours that were not renewed in time. */
export const expired = ({ clock }: Dialect): Condition => {
  const negative: SqlText = { text: [`-${leaseSeconds}`, leaseEnd], operands: lease.operands }
  return all([oursReserved, compared('reserved_time', '<', clock.now(negative))])
}

/** One of these keys. */
export function keysAre(keys: readonly object[], heading: Heading, label: string): Condition {
  const names = heading.filter(({ inKey }) => inKey)
  return anyOf(keys.map((key) => all(names.map((attribute) => equals(attribute, valueIn(key, attribute.name), label)))))
}

/** One of these claims, and still ours. */
export function held(claims: readonly Pick<Claim, 'key' | 'token'>[], heading: Heading, label: string): Condition {
  const ours = claims.map(({ key, token }) =>
    all([keysAre([key], heading, label), { kind: 'compare', attribute: 'version', operator: '=', value: token }]),
  )
  return all([anyOf(ours), statusIs('reserved')])
}

/** The number of conditions is a power of two, so that a database is to prepare few statements. */
function anyOf(conditions: readonly Condition[]): Condition {
  const last = conditions.at(-1)
  if (!last) return { kind: 'or', conditions: [] }
  if (conditions.length === 1) return last
  const wanted = 2 ** Math.ceil(Math.log2(conditions.length))
  return {
    kind: 'or',
    conditions: [...conditions, ...Array.from({ length: wanted - conditions.length }, () => last)],
  }
}
