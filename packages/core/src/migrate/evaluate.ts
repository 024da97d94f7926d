import type { TableAlteration, TableChange } from '../compile/alter.ts'
import { OtherGenerationError } from '../definition/other-generation-error.ts'
import type { TableDeclaration, TableName } from '../definition/table-declaration.ts'
import { collationsWith } from '../pipeline/collations.ts'
import { refuseCollisions, refuseSchemaCollisions } from '../pipeline/collisions.ts'
import { keyOf } from '../pipeline/declare.ts'
import { schemasOf, type Stored } from '../pipeline/stored.ts'
import { tablesOf } from '../pipeline/tables.ts'
import { catalogueQuery } from '../query/catalogue-query.ts'
import type { Context } from '../query/context.ts'
import { identifyTable } from '../query/dependencies.ts'
import { declarationHere } from '../query/in-database.ts'
import type { AnyTable } from '../query/table.ts'
import { identify } from '../query/tuple.ts'
import type { Schema } from '../schema/schema.ts'
import { changesBetween, keepServingTypes } from './changes.ts'
import { checkRows } from './checks.ts'
import type { MigrationPlan, MigrationStep, TableMigration } from './plan.ts'
import { problemOf } from './problems.ts'
import { findRenames, type Renamed, underNewNames } from './renames.ts'
import { describeChange } from './words.ts'

/** What a plan was made from: it is evaluated once more before it is performed. */
export interface Intention {
  readonly schemas: readonly Schema[]
  readonly renames: readonly Renamed[]
  readonly drop: ReadonlySet<string>
}

export interface Watching {
  readonly signal: AbortSignal | undefined
  /** Called with how many rows have been looked at since the last time, and in which table. */
  readonly onRows: (table: string, rows: number) => void
}

/** Compares definitions and database, and looks at the rows that stand in the way. */
export async function evaluate(
  context: Context,
  { schemas, renames, drop }: Intention,
  { signal, onRows }: Watching,
): Promise<MigrationPlan> {
  const { connection } = context
  const { dialect } = connection
  const { name: database } = dialect
  const defined = tablesOf(schemas)
  const names = [...new Set(schemas.map(({ name }) => name))]
  const query = catalogueQuery(connection)
  const referring = await Promise.all(names.map((name) => dialect.referencingSchemas(query, name)))
  const all = [...new Set([...names, ...schemasOf(defined), ...referring.flat()])]
  const found = await dialect.readSchemas(query, all)
  const byName = new Map(found.tables.map((one) => [identifyTable(one.name), one]))
  const stored: Stored = { ...found, find: (name) => byName.get(identifyTable(name)) }
  refuseSchemaCollisions(names, stored.schemas)
  const details = await dialect.alter.readDetails(
    query,
    all.filter((name) => stored.hidden.has(name)),
  )
  const known = findRenames(renames, defined, stored)
  const renamedFrom = new Map([...known.tables].map(([old, name]) => [identifyTable(name), old]))

  const problems = new Map<string, string>()
  const alterations = defined.map(({ declaration }): TableAlteration => {
    const id = identifyTable(declaration.name)
    const now = byName.get(renamedFrom.get(id) ?? id)
    const generation = now?.generation ?? generationIn(declaration, stored)
    const here = declarationOr(
      declaration,
      () => declarationHere(declaration, generation, context),
      (problem) => problems.set(id, problem),
    )
    if (!now) return { stored: here, before: here, after: here, changes: [{ kind: 'declare' }], jobs: null }
    const before = underNewNames(now, known)
    const after = keepServingTypes(before, here)
    const jobs = jobsOf(now, stored)
    const changes = [...renamesOf(now, before, after), ...changesBetween(before, after)]
    return { stored: now, before, after, jobs, changes: [...changes, ...forgottenJobs(changes, now, jobs, stored)] }
  })
  refuseCollisions(
    alterations.flatMap(({ changes, after }) => (changes.some(isNaming) ? [after.name] : [])),
    [
      ...defined.map(({ declaration }) => declaration.name),
      ...stored.tables.filter(({ name }) => !known.tables.has(identifyTable(name))).map(({ name }) => name),
    ],
  )
  const after = alterations.map((one) => one.after)
  const collationOf = collationsWith(
    stored.collationOf,
    alterations.filter(({ changes }) => changes.some(({ kind }) => kind === 'declare')).map((one) => one.after),
  )
  const defines = new Set(alterations.map((one) => identifyTable(one.stored.name)))
  const strangers = stored.tables.filter(({ name }) => !defines.has(identifyTable(name)))
  const generations = new Map(after.map(({ name, generation }) => [name.schema, generation]))
  const missing = names.filter((name) => !stored.hidden.has(name) || stored.hidden.get(name)?.length === 0)
  const hidden = new Map([...stored.hidden].map(([name, tables]) => [name, hiddenAfter(tables, generations.get(name))]))
  const blocked = problems.size > 0
  const written = blocked ? [] : dialect.alter.statements({ tables: alterations, details, collationOf, hidden })
  const looking = {
    connection,
    alterations,
    contentsOf: (name: TableName) => contentsOf(defined, name),
    signal,
  }
  const tables: TableMigration[] = []
  for (const [at, alteration] of alterations.entries()) {
    const { before, changes } = alteration
    const id = identifyTable(before.name)
    const outright = problems.get(id)
    if (changes.length === 0 && outright === undefined) continue
    const steps: MigrationStep[] = []
    for (const change of changes) {
      const { name, what } = describeChange(change, before.name)
      const checks = await checkRows(change, alteration, { ...looking, onRows: (rows) => onRows(id, rows) })
      const lossy = change.kind === 'drop-jobs' || change.kind === 'forget-jobs'
      const destructive = change.kind === 'drop-attribute' || (lossy && checks.some(({ rows }) => rows > 0))
      const problem =
        outright ??
        dialect.alter.refuses(change, alteration, details) ??
        problemOf(change, alteration, {
          alterations,
          strangers,
          checks: lossy ? [] : checks,
          functionalIndexes: dialect.supports.functionalIndexes,
          database,
        })
      steps.push({
        name,
        kind: change.kind,
        what,
        destructive,
        allowed: !destructive || drop.has(name),
        rewrites: dialect.alter.rewrites(change, alteration, details),
        checks,
        problem,
        sql: written.filter((one) => one.changes.includes(change)).map(({ statement }) => statement.sql),
      })
    }
    tables.push({ table: before.name, typeName: defined[at]?.typeName ?? id, steps })
  }
  const schemaStatements = missing.flatMap((name) =>
    dialect
      .createSchema(name, generations.get(name) ?? '2.x', stored.hidden.has(name))
      .map((statement) => ({ statement, table: { schema: name, table: '' }, what: `creates the schema \`${name}\`` })),
  )
  return {
    kind: 'migration',
    tables,
    created: alterations.flatMap(({ changes, after: one }) =>
      changes.some(({ kind }) => kind === 'declare') ? [one.name] : [],
    ),
    undefined: strangers.map(({ name }) => name).filter(({ schema }) => names.includes(schema)),
    statements: [
      ...(written.some(({ changes }) => changes.some(({ kind }) => kind === 'declare')) ? schemaStatements : []),
      ...written.map(({ statement, table, changes }) => ({
        statement,
        table,
        what: `${identifyTable(table)}: ${[...new Set(changes.map((change) => describeChange(change, table).what))].join('; ')}`,
      })),
    ],
    atomic: dialect.supports.transactionalDdl,
  }
}

/** The keys of the rows that a table comes with. */
function contentsOf(defined: readonly AnyTable[], name: TableName): ReadonlySet<string> {
  const table = defined.find(({ declaration }) => identifyTable(declaration.name) === identifyTable(name))
  return new Set(
    (table?.contents ?? []).flatMap((row) => {
      const tuple = table ? keyOf(table.declaration, row) : null
      return tuple === null ? [] : [identify(tuple)]
    }),
  )
}

const isNaming = ({ kind }: TableChange): boolean => kind === 'declare' || kind === 'rename-table'

/** A new table takes the format of those beside it. */
function generationIn({ name, generation }: TableDeclaration, { generations }: Stored): TableDeclaration['generation'] {
  return generation === '0.14' ? '0.14' : (generations.get(name.schema) ?? '2.x')
}

/** The hidden tables once new tables have been declared. */
const hiddenAfter = (tables: readonly string[], generation: TableDeclaration['generation'] | undefined) =>
  tables.length > 0 ? tables : [generation === '0.14' ? '~log' : '~lineage']

function declarationOr(
  declared: TableDeclaration,
  here: () => TableDeclaration,
  onProblem: (problem: string) => void,
): TableDeclaration {
  try {
    return here()
  } catch (error) {
    if (!(error instanceof OtherGenerationError)) throw error
    onProblem(error.message)
    return declared
  }
}

function renamesOf(now: TableDeclaration, before: TableDeclaration, after: TableDeclaration): readonly TableChange[] {
  const moved = identifyTable(now.name) !== identifyTable(before.name)
  return [
    ...(moved ? [{ kind: 'rename-table', from: now.name } as const] : []),
    ...now.heading.flatMap(({ name: from }, at): readonly TableChange[] => {
      const attribute = before.heading[at]
      const named = attribute && (after.heading.find((one) => one.name === attribute.name) ?? attribute)
      return named && named.name !== from ? [{ kind: 'rename-attribute', from, attribute: named }] : []
    }),
  ]
}

/** `~~name`, without the underscores of the table's tier. */
function jobsOf({ name: { schema, table } }: TableDeclaration, { hidden }: Stored): TableName | null {
  const jobs = `~~${table.replace(/^_+/, '')}`
  return table.startsWith('_') && (hidden.get(schema) ?? []).includes(jobs) ? { schema, table: jobs } : null
}

/** Jobs whose keys are not those of the table any more; renamed attributes are renamed in the job table of 2.x. */
function forgottenJobs(
  changes: readonly TableChange[],
  { name }: TableDeclaration,
  jobs: TableName | null,
  { hidden }: Stored,
): readonly TableChange[] {
  const retyped = changes.some(
    (change) =>
      change.kind === 'change-key' ||
      (change.kind === 'change-attribute' && change.to.inKey && change.aspects.has('type')),
  )
  const renamedKey = changes.some((change) => change.kind === 'rename-attribute' && change.attribute.inKey)
  const legacy = name.table.startsWith('_') && (hidden.get(name.schema) ?? []).includes('~jobs')
  return [
    ...(retyped && jobs ? [{ kind: 'drop-jobs', jobs } as const] : []),
    ...((retyped || renamedKey) && legacy ? [{ kind: 'forget-jobs' } as const] : []),
  ]
}
