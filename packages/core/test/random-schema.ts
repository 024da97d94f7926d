import * as fc from 'fast-check'
import { type AnyTable, defineSchema, type Schema } from '../src/index.ts'

export type PlainRow = Readonly<Record<string, number | null>>

/** A reference of a random table: which of the tables before it, under which names, and how. */
interface RandomReference {
  readonly table: number
  readonly renamed: boolean
  readonly inKey: boolean
  readonly nullable: boolean
}

interface RandomTable {
  readonly isPart: boolean
  readonly references: readonly RandomReference[]
  readonly rows: readonly (readonly number[])[]
}

/** A table that a random schema has come to have, and what it holds. */
export interface MadeTable {
  readonly table: AnyTable
  readonly keys: readonly string[]
  /** Its foreign keys: names here and names in the parent. */
  readonly references: readonly { readonly parent: MadeTable; readonly names: ReadonlyMap<string, string> }[]
  /** Where each attribute comes from in the end. */
  readonly origins: ReadonlyMap<string, string>
  readonly master: MadeTable | null
  readonly rows: readonly PlainRow[]
}

/** Three to six tables, each with a few references to those before it: renamed, nullable, in the key, twice to one table. */
export const randomTables: fc.Arbitrary<readonly RandomTable[]> = fc.array(
  fc.record({
    isPart: fc.boolean(),
    references: fc.array(
      fc.record({ table: fc.nat(9), renamed: fc.boolean(), inKey: fc.boolean(), nullable: fc.boolean() }),
      { maxLength: 3 },
    ),
    rows: fc.array(fc.array(fc.nat(99), { minLength: 8, maxLength: 8 }), { minLength: 2, maxLength: 12 }),
  }),
  { minLength: 3, maxLength: 6 },
)

/** Defines the tables and thinks up their rows, so that every reference leads to a row that is there. */
export function makeTables(schemaName: string, random: readonly RandomTable[]): RandomSchema {
  const schema = defineSchema(schemaName)
  const made: MadeTable[] = []
  const isPart = (index: number) => index % 2 === 1 && random[index]?.isPart === true
  for (const [index, { references, rows }] of random.entries()) {
    if (isPart(index)) continue
    const own = define(index, references, made)
    const part = isPart(index + 1) ? random[index + 1] : undefined
    const ofPart = part && define(index + 1, part.references, made, own)
    const table: AnyTable = schema.manual(`T${index}`, tablesIn(own), own.definition, {
      parts: ofPart ? { Part: [tablesIn(ofPart), ofPart.definition] } : {},
    })
    const master = { ...own, table, master: null, rows: fill(own, rows) }
    made.push(master)
    const partTable = table.parts['Part']
    if (!ofPart || !part || !partTable) continue
    const toMaster = { parent: master, names: new Map(own.keys.map((name) => [name, name])) }
    const whole = { ...ofPart, references: [toMaster, ...ofPart.references] }
    made.push({ ...whole, table: partTable, master, rows: fill(whole, part.rows) })
  }
  return { schema, tables: made }
}

export interface RandomSchema {
  readonly schema: Schema
  readonly tables: readonly MadeTable[]
}

type Defined = Omit<MadeTable, 'table' | 'master' | 'rows'> & {
  readonly definition: string
  /** The attribute of its own in the key. */
  readonly own: string
  readonly nullable: ReadonlySet<string>
}

const tablesIn = ({ references }: Defined) =>
  Object.fromEntries(references.map(({ parent: { table } }) => [table.typeName, table]))

function define(
  index: number,
  wanted: readonly RandomReference[],
  made: readonly MadeTable[],
  master?: Pick<Defined, 'keys' | 'origins'>,
): Defined {
  const own = `k${index}`
  const keys = [...(master?.keys ?? []), own]
  const origins = new Map([
    ...(master?.keys ?? []).map((name) => [name, master?.origins.get(name) ?? name] as const),
    ...[own, 'v'].map((name) => [name, `${index}.${name}`] as const),
  ])
  const nullable = new Set<string>()
  const inKey = [...(master ? ['-> master'] : []), `${own} : int16`]
  const rest: string[] = []
  const references: { parent: MadeTable; names: Map<string, string> }[] = []
  // a part is known by its master's name, which these definitions do without
  const candidates = made.filter((table) => table.master === null)
  // the key is written first, and so is what it brings
  const ordered = [...wanted.filter(({ inKey: first }) => first), ...wanted.filter(({ inKey: first }) => !first)]
  for (const [at, reference] of ordered.entries()) {
    const parent = candidates[reference.table % Math.max(1, candidates.length)]
    if (!parent) continue
    const names = new Map(
      parent.keys.map((name) => {
        const there = origins.get(name)
        // one attribute may be of two references, where it descends from one; but what may be NULL serves no other
        const isFree = there === undefined || (there === parent.origins.get(name) && !nullable.has(name))
        return [reference.renamed || !isFree ? `r${index}_${at}_${name}` : name, name]
      }),
    )
    const fresh = [...names].filter(([name]) => !origins.has(name))
    if (fresh.length === 0) continue
    const renames = [...names].flatMap(([name, old]) => (name === old ? [] : [`${name}='${old}'`]))
    const isNullable = reference.nullable && !reference.inKey
    const line = `-> ${isNullable ? '[nullable] ' : ''}${parent.table.typeName}${renames.length === 0 ? '' : `.proj(${renames.join(', ')})`}`
    if (reference.inKey) inKey.push(line)
    else rest.push(line)
    for (const [name, old] of fresh) {
      origins.set(name, parent.origins.get(old) ?? old)
      if (reference.inKey) keys.push(name)
      if (isNullable) nullable.add(name)
    }
    references.push({ parent, names })
  }
  return { definition: [...inKey, '---', ...rest, 'v : int16'].join('\n'), keys, origins, references, nullable, own }
}

/** Rows with different keys, whose references lead to rows of the parents, or are NULL. */
function fill(
  { keys, references, nullable, own }: Defined,
  random: readonly (readonly number[])[],
): readonly PlainRow[] {
  const rows = new Map<string, PlainRow>()
  for (const numbers of random) {
    const row: Record<string, number | null> = { [own]: (numbers[0] ?? 0) % 4, v: (numbers[1] ?? 0) % 3 }
    let isWhole = true
    for (const [at, { parent, names }] of references.entries()) {
      const agrees = (there: PlainRow) => [...names].every(([name, old]) => (row[name] ?? there[old]) === there[old])
      const choice = numbers[2 + at] ?? 0
      const possible = parent.rows.filter(agrees)
      const referred = possible[choice % Math.max(1, possible.length)]
      const open = [...names].filter(([name]) => row[name] === undefined)
      const isNull = (choice % 3 === 0 || !referred) && open.length > 0 && open.every(([name]) => nullable.has(name))
      if (!referred && !isNull && [...names.keys()].every((name) => row[name] !== null)) isWhole = false
      for (const [name, old] of open) row[name] = isNull ? null : (referred?.[old] ?? null)
    }
    if (isWhole) rows.set(keys.map((name) => row[name]).join(), row)
  }
  return [...rows.values()]
}
