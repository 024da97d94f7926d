import {
  and,
  type AnyTable,
  attribute,
  count,
  type Database,
  ne,
  not,
  type Relation,
  type Restriction,
  sql,
  universalSet,
} from '../src/index.ts'
import type { Computed } from '../src/query/expression/computed.ts'
import { RepeatedNameError } from '../src/query/algebra-errors.ts'
import { typeOfExpression } from './expression-type.ts'
import { withValueOfNothing } from './value-of-nothing.ts'
import { convert, heldInstead } from './restricting-value.ts'
import type { Named, RecordedCondition, RecordedResult, RecordedValue, Tree } from './recorded.ts'

type AnyRow = Record<string, unknown>
export type AnyRows = Relation<AnyRow, AnyRow>

/** What an expression is built on. */
export interface Ground {
  readonly db: Database
  readonly tables: ReadonlyMap<string, AnyTable>
  /** What the whole is to give: where else nothing tells the type of a computed attribute, it does. */
  readonly expected: RecordedResult
  /** How a restricting relation is matched. */
  readonly matching: 'lineage' | 'strict'
  /** The database speaks the language of the recorded SQL. */
  readonly speaksSql: boolean
  /** What is done as the reference or its server does it. */
  readonly quirk?: Quirk
}

/**
 * `one row of all`: an aggregation of a relation without a key has one row, whatever that has.
 * `enum as text`: a top orders an enum of a union as text.
 * `value of nothing`: the least and the greatest of a computed attribute are computed also where no row of the group matches.
 * `universal by count`: a universal set of no attributes is restricted by counting the rows of the relation.
 */
export type Quirk = 'one row of all' | 'enum as text' | 'value of nothing' | 'universal by count'

/** The expression is of a form that is not known here. */
export class UnknownFormError extends Error {
  override readonly name = 'UnknownFormError'
}

/** The expression holds SQL text, which is the language of another database. */
export class ForeignSqlError extends Error {
  override readonly name = 'ForeignSqlError'
}

/** Builds a recorded expression with the public algebra; what that refuses, it throws. */
export function buildRelation(tree: Tree, ground: Ground): AnyRows {
  const build = (part: Tree): AnyRows => buildRelation(part, ground)
  switch (tree.op) {
    case 'table': {
      const table = ground.tables.get(tree.name)
      if (!table) throw new RangeError(`There is no table ${tree.name} in schemas.json.`)
      // of a definition that is no literal, the compiler knows nothing
      return ground.db(table) as unknown as AnyRows
    }
    case 'restrict': {
      const source = build(tree.arg)
      return source.restrict(restrictionOf(tree.by, source, ground), { matching: ground.matching })
    }
    case 'antirestrict': {
      const source = build(tree.arg)
      return source.exclude(restrictionOf(tree.by, source, ground), { matching: ground.matching })
    }
    case 'proj':
      return project(build(tree.arg), tree.attrs, tree.named, ground)
    case 'join':
      return build(tree.left).join(build(tree.right))
    case 'leftjoin':
      return build(tree.left).extend(build(tree.right))
    case 'union': {
      const [left, right] = [build(tree.left), build(tree.right)]
      // the reference asks for one lineage only where it has to join the two (4.8)
      const keysAlone = [left, right].every(({ heading }) => heading.every(({ inKey }) => inKey))
      return left.union(right, { matching: keysAlone ? 'names' : 'lineage' })
    }
    case 'aggr':
      return aggregate(build(tree.arg), build(tree.group), tree, ground)
    case 'u_restrict': {
      const source = build(tree.arg)
      if (ground.quirk === 'universal by count' && tree.attrs.length === 0) {
        return universalSet()
          .aggregate(source, { rows_there: count() })
          .restrict({ rows_there: ne(0) })
          .project()
      }
      return universalSet(...tree.attrs).restrict(source)
    }
    case 'u_aggr': {
      const group = build(tree.group)
      return universalSet(...tree.attrs).aggregate(group, computedIn(tree.named, typesOf(group), ground))
    }
    case 'top': {
      const source = build(tree.arg)
      const order = tree.order.flatMap((word) => orderOf(word, source))
      const [ordered, words] = ground.quirk === 'enum as text' ? withTextOfEnums(source, order) : [source, order]
      const names = source.heading.map(({ name }) => name)
      const cut = ordered.top({ order: words, limit: tree.limit, offset: tree.offset })
      return ordered === source ? cut : cut.project(...names)
    }
    default:
      throw new UnknownFormError(`There is no operation ${JSON.stringify((tree as { op?: unknown }).op)}.`)
  }
}

/** With a copy as text of each enum in the order, which is then ordered by. */
function withTextOfEnums(source: AnyRows, order: readonly string[]): readonly [AnyRows, readonly string[]] {
  const enums = source.heading.filter(({ type }) => type.storage.kind === 'enum').map(({ name }) => name)
  if (enums.length === 0) return [source, order]
  const copies = enums.map((name) => [`${name}_as_text`, sql`concat(${attribute(name)}, '')`] as const)
  const computed = Object.fromEntries(copies.map(([name, text]) => [name, text.as('varchar(1000)')]))
  const words = order.map((word) => {
    const [name = '', direction = ''] = word.split(' ')
    return enums.includes(name) ? `${name}_as_text ${direction}`.trim() : word
  })
  return [source.project('...', computed), words]
}

/** `'...'`, `'-name'` and names are ours as well; a name in parentheses keeps the attribute beside its copy. */
function project(source: AnyRows, attrs: readonly string[], named: Named, ground: Ground): AnyRows {
  const sources = Object.entries(named).map(([name, text]) => [name, readSource(text)] as const)
  const renamed = sources.flatMap(([name, { renames }]) => (renames === undefined ? [] : [[name, renames] as const]))
  const copied = sources.flatMap(([name, { copies }]) => (copies === undefined ? [] : [[name, copies] as const]))
  const gone = new Set(renamed.map(([, from]) => from))
  const beside = copied
    .map(([, from]) => from)
    .filter((from) => !gone.has(from) && (attrs.includes('...') || isInKey(source, from)))
  const expressions = Object.fromEntries(
    sources.flatMap(([name, { computes }]) => (computes === undefined ? [] : [[name, computes] as const])),
  )
  return source.project(
    ...attrs,
    ...beside,
    Object.fromEntries([...renamed, ...copied]),
    computedIn(expressions, typesOf(source), ground),
  )
}

function aggregate(source: AnyRows, group: AnyRows, tree: Extract<Tree, { op: 'aggr' }>, ground: Ground): AnyRows {
  const kept = tree.attrs.flatMap((name) =>
    name === '...' ? source.heading.filter(({ inKey }) => !inKey).map((one) => one.name) : [name],
  )
  // an object cannot say a name twice: the reference is asked to and refuses
  const twice = Object.keys(tree.named).find((name) => kept.includes(name))
  if (twice !== undefined) throw new RepeatedNameError(twice)
  const types = new Map([...typesOf(source), ...typesOf(group)])
  const ofNothing = ground.quirk === 'value of nothing' && tree.keep
  const texts = Object.entries(tree.named).map(
    ([name, text]) => [name, ofNothing ? withValueOfNothing(text, tree.group) : text] as const,
  )
  const computed = computedIn(Object.fromEntries(texts), types, ground)
  const isOneOfAll = ground.quirk === 'one row of all' && source.heading.every(({ inKey }) => !inKey)
  if (isOneOfAll && !(tree.keep && hasOneRow(tree.arg))) {
    const keptOf = Object.fromEntries(kept.map((name) => [name, `max(${name})`]))
    return universalSet().aggregate(source.join(group), { ...computedIn(keptOf, types, ground), ...computed })
  }
  const columns = { ...Object.fromEntries(kept.map((name) => [name, name])), ...computed }
  return source.aggregate(group, columns, { keep: tree.keep ? 'all' : 'matching' })
}

/** Whether an expression without a key has one row for certain, where every aggregation of such has. */
function hasOneRow(tree: Tree): boolean {
  switch (tree.op) {
    case 'u_aggr':
    case 'aggr':
      return true
    case 'proj':
      return hasOneRow(tree.arg)
    case 'top':
      return tree.limit !== 0 && tree.offset === 0 && hasOneRow(tree.arg)
    default:
      return false
  }
}

function computedIn(named: Named, types: ReadonlyMap<string, string>, ground: Ground) {
  return Object.fromEntries(
    Object.entries(named).map(([name, expression]): [string, Computed<unknown>] => {
      const type = typeOfExpression(name, expression, types, ground.expected)
      return [name, sqlText(expression, ground).as(type)]
    }),
  )
}

const identifier = /^\s*(?!NULL|CURRENT_TIMESTAMP)([a-zA-Z_]\w*)\s*$/
const inParentheses = /^\s*\(\s*(?!NULL|CURRENT_TIMESTAMP)([a-zA-Z_]\w*)\s*\)\s*$/

/** What the reference takes for a renaming, a copy or an expression (4.3). */
function readSource(text: string): { readonly renames?: string; readonly copies?: string; readonly computes?: string } {
  const [renames, copies] = [identifier.exec(text)?.[1], inParentheses.exec(text)?.[1]]
  if (renames !== undefined) return { renames }
  return copies === undefined ? { computes: text } : { copies }
}

/** The types as definitions spell them; an expression may name an attribute without having it checked. */
const typesOf = ({ heading }: AnyRows): ReadonlyMap<string, string> =>
  new Map(heading.map(({ name, type }) => [name, type.text]))

const isInKey = ({ heading }: AnyRows, name: string): boolean =>
  heading.some((candidate) => candidate.inKey && candidate.name === name)

/** `KEY` stands for all attributes of the key. */
function orderOf(text: string, source: AnyRows): readonly string[] {
  const [word = '', direction = ''] = text.split(/\s+/)
  const names = word === 'KEY' ? source.heading.filter(({ inKey }) => inKey).map(({ name }) => name) : [word]
  return names.map((name) => (direction.toLowerCase() === 'desc' ? `${name} desc` : name))
}

function restrictionOf(condition: RecordedCondition, source: AnyRows, ground: Ground): Restriction<AnyRow> {
  const part = (one: RecordedCondition): Restriction<AnyRow> => restrictionOf(one, source, ground)
  switch (condition.c) {
    case 'dict': {
      // the reference drops names that it does not know
      const known = Object.entries(condition.v).filter(([name]) => source.heading.some((one) => one.name === name))
      return and(...known.map(([name, value]) => equal(name, value, source, ground)))
    }
    case 'sql':
      return sqlText(condition.v, ground)
    case 'list':
      return condition.v.map(part)
    case 'and':
      return and(...condition.v.map(part))
    case 'not':
      return not(part(condition.v))
    case 'query':
      return buildRelation(condition.v, ground)
    case 'u':
      return universalSet(...condition.v)
    case 'bool':
      return condition.v ? {} : []
    case 'null':
      // refused, as by the reference
      return null as unknown as Restriction<AnyRow>
    default:
      throw new UnknownFormError(`There is no condition ${JSON.stringify((condition as { c?: unknown }).c)}.`)
  }
}

/**
 * The restriction that an attribute has a value. One that its type cannot hold is refused by ours; in the reference it is
 * compared all the same, as the server converts it: where that leaves a value of the attribute's kind, it is equal to none
 * that there is, else the comparison is written in the server's language.
 */
function equal(name: string, value: RecordedValue, source: AnyRows, ground: Ground): Restriction<AnyRow> {
  const storage = source.heading.find((candidate) => candidate.name === name)?.type.storage
  const given = convert(value, storage)
  const restriction = { [name]: given }
  try {
    source.restrict(restriction)
    return restriction
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'invalid-value')) throw error
    const held = heldInstead(given, storage)
    if (held !== null) return and({ [name]: held }, { [name]: ne(held) })
    if (!ground.speaksSql) throw new ForeignSqlError(`${name} is compared with ${String(given)}`, { cause: error })
    // a number stands in the text, as in that of the reference: the driver binds one as text, which text is compared with
    return typeof given === 'number' ? sqlText(`\`${name}\` = ${given}`, ground) : sql`${attribute(name)} = ${given}`
  }
}

/** Recorded SQL, of which nothing was ever a value: a template without any. */
function sqlText(text: string, { speaksSql }: Ground) {
  if (!speaksSql) throw new ForeignSqlError(text)
  return sql(Object.assign([text], { raw: [text] }))
}
