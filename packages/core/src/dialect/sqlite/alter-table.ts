import { externalStoreOf } from '../../attribute/legacy-type.ts'
import type { Alterations, AlterStatement, AlterSyntax, TableAlteration, TableChange } from '../../compile/alter.ts'
import { isInherited } from '../../definition/column-comment.ts'
import type { TableName } from '../../definition/table-declaration.ts'
import type { Statement } from '../../driver/driver.ts'
import { alterCounts } from '../alter-counts.ts'
import { renamedJobs, renameRecords } from '../alter-records.ts'
import { readDetails } from './alter-details.ts'
import { writeColumn } from './column.ts'
import { writeConversion } from './convert.ts'
import { createIndexes, recordTable, tableParts, tableStatements } from './create-table.ts'
import { createExternal, forget, logAltered } from './hidden-tables.ts'
import { migrationLog } from './migration-log.ts'
import { quote, quoteList, quoteTable } from './quote.ts'
import { joinName } from './table-name.ts'

const noCollation = (): null => null

/** How SQLite changes tables, all in one transaction: most changes make the table anew, and fill it with its rows. */
export const alterSyntax: AlterSyntax = {
  readDetails,
  statements: (alterations) => {
    const declared = alterations.tables.filter(({ changes }) => changes.some(({ kind }) => kind === 'declare'))
    const present = alterations.tables.filter((one) => !declared.includes(one) && one.changes.length > 0)
    const remade = present.filter(isRemade)
    return [
      ...renameRecords(alterations, { quote, quoteTable }),
      ...present.flatMap((one) => rename(one, alterations)),
      ...declared.flatMap((one) => of(one, tableStatements.createTable(one.after, noCollation))),
      ...present.filter((one) => !isRemade(one)).flatMap((one) => changeInPlace(one, alterations)),
      ...remade.flatMap((one) => of(one, [copyRows(one)])),
      // those that refer to others go first, and come back last
      ...remade.toReversed().flatMap((one) => of(one, [statement(`DROP TABLE ${quoteTable(one.before.name)}`)])),
      ...remade.flatMap((one) => of(one, remake(one))),
      ...present.flatMap((one) => of(one, writeRecords(one, alterations))),
    ]
  },
  rewrites: (_, alteration) => isRemade(alteration),
  refuses: (_, alteration, { hiddenColumns, unsaid }) => {
    const isOwn = ({ table }: { readonly table: TableName }) => joinName(table) === joinName(alteration.stored.name)
    const columns = hiddenColumns.filter((one) => isOwn(one) && one.name !== '_singleton')
    const lost = [
      ...columns.map(({ name }) => `the hidden column \`${name}\``),
      ...unsaid.filter(isOwn).map(({ what }) => what),
    ]
    if (lost.length === 0 || !isRemade(alteration)) return null
    return (
      `the table would be made anew, and that would lose ${lost.join(', ')}. ` +
      'Drop what you can do without, or make a new table, fill it from this one, and drop this one.'
    )
  },
  // what refers to a table that is made anew finds its rows again before the end
  prepare: [{ sql: 'PRAGMA defer_foreign_keys = ON', parameters: [] }],
  verify: (tables) =>
    tables.map((name) => ({
      sql: `SELECT "table", "rowid", "parent" FROM pragma_foreign_key_check(?) LIMIT 1`,
      parameters: [joinName(name)],
    })),
  count: alterCounts({ quote, quoteTable, quoteList }),
  lock: null,
  log: migrationLog,
}

const statement = (sql: string): Statement => ({ sql, parameters: [] })

const of = ({ before, changes }: TableAlteration, statements: readonly Statement[]): AlterStatement[] =>
  statements.map((one) => ({ statement: one, table: before.name, changes }))

/** Whether a change is more than ALTER TABLE of SQLite can do. */
function isRemade(alteration: TableAlteration): boolean {
  return alteration.changes.some((change) => {
    switch (change.kind) {
      case 'add-attribute': {
        const { inKey, nullable, type, default: initial } = change.attribute
        const simple = initial.kind === 'literal' ? initial.value !== null : nullable
        return inKey || !simple || externalStoreOf(type) !== null
      }
      case 'drop-attribute':
        return change.attribute.inKey || externalStoreOf(change.attribute.type) !== null
      case 'change-attribute':
        return [...change.aspects].some((aspect) => aspect !== 'comment')
      case 'rename-attribute':
      case 'change-key':
      case 'add-reference':
      case 'drop-reference':
        return true
      case 'rename-table':
      case 'change-comment':
      case 'add-index':
      case 'drop-index':
      case 'declare':
      case 'drop-jobs':
      case 'forget-jobs':
        return false
    }
  })
}

/** The names of indexes tell those of their table and attributes: they are made anew. */
function rename(alteration: TableAlteration, { details }: Alterations): AlterStatement[] {
  const { stored, before, jobs, changes } = alteration
  const attributes = changes.flatMap((change) => (change.kind === 'rename-attribute' ? [change] : []))
  const renamed = changes.some(({ kind }) => kind === 'rename-table')
  if (attributes.length === 0 && !renamed) return []
  const indexesOf = (table: TableName) => details.indexes.filter((one) => joinName(one.table) === joinName(table))
  const inKey = attributes.filter(({ attribute }) => attribute.inKey)
  const jobsNow = jobs && { ...jobs, table: renamedJobs(jobs.table, alteration) }
  const nameNow = (name: string): string => attributes.find(({ from }) => from === name)?.attribute.name ?? name
  const rewritten: Statement[] = []
  if (jobs && jobsNow && (renamed || inKey.length > 0)) {
    const indexes = indexesOf(jobs)
    rewritten.push(
      ...indexes.map(({ name }) => statement(`DROP INDEX ${quote(name)}`)),
      ...(jobs.table === jobsNow.table
        ? []
        : [statement(`ALTER TABLE ${quoteTable(jobs)} RENAME TO ${quoteTable(jobsNow)}`)]),
      ...inKey.map((change) => renameColumn(jobsNow, change)),
      ...indexes.map(({ unique, attributes: old, name }) => {
        const names = old.map(nameNow)
        const label = name.startsWith(joinName(jobs))
          ? `${joinName(jobsNow)} ${unique ? 'unique ' : ''}${names.join(',')}`
          : name
        return statement(
          `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${quote(label)} ON ${quoteTable(jobsNow)} (${quoteList(names)})`,
        )
      }),
    )
  }
  if (renamed) {
    rewritten.push(
      ...indexesOf(stored.name).map(({ name }) => statement(`DROP INDEX ${quote(name)}`)),
      statement(`ALTER TABLE ${quoteTable(stored.name)} RENAME TO ${quoteTable(before.name)}`),
    )
  }
  rewritten.push(...attributes.map((change) => renameColumn(before.name, change)))
  if (renamed && !isRemade(alteration)) rewritten.push(...createIndexes(before))
  return of(alteration, rewritten)
}

const renameColumn = (table: TableName, change: TableChange & { readonly kind: 'rename-attribute' }): Statement =>
  statement(`ALTER TABLE ${quoteTable(table)} RENAME COLUMN ${quote(change.from)} TO ${quote(change.attribute.name)}`)

function changeInPlace(alteration: TableAlteration, { details }: Alterations): AlterStatement[] {
  const { stored, before, after, changes } = alteration
  const table = quoteTable(after.name)
  // after a renaming they have the names of new ones
  const renamed = changes.some(({ kind }) => kind === 'rename-table')
  const dropped = changes.flatMap((change) => {
    if (change.kind !== 'drop-index') return []
    const { unique, attributes } = change.index
    const label = `${joinName(before.name)} ${unique ? 'unique ' : ''}${attributes.join(',')}`
    const found = details.indexes.find(
      (one) =>
        joinName(one.table) === joinName(stored.name) &&
        one.unique === unique &&
        (one.attributes.length === 0 ? one.name === label : one.attributes.join() === attributes.join()),
    )
    return [statement(`DROP INDEX IF EXISTS ${quote(renamed ? label : (found?.name ?? label))}`)]
  })
  const columns = changes.flatMap((change) => {
    if (change.kind === 'drop-attribute')
      return [statement(`ALTER TABLE ${table} DROP COLUMN ${quote(change.attribute.name)}`)]
    if (change.kind !== 'add-attribute') return []
    const { attribute } = change
    return [statement(`ALTER TABLE ${table} ADD COLUMN ${writeColumn(attribute, isInherited(attribute, after.name))}`)]
  })
  const added = changes.some(({ kind }) => kind === 'add-index' || kind === 'drop-index') ? createIndexes(after) : []
  return of(alteration, [...dropped, ...columns, ...added])
}

/** Where the rows of a table are while it is made anew. */
const copyName = ({ before }: TableAlteration): string => `temp.${quote(`copy of ${joinName(before.name)}`)}`

function copyRows(alteration: TableAlteration): Statement {
  const { before, after } = alteration
  const columns = keptOf(alteration).map((name) => {
    const [from, to] = [before, after].map(({ heading }) => heading.find((one) => one.name === name)?.type.storage)
    return `${from && to ? writeConversion(quote(name), from, to) : quote(name)} AS ${quote(name)}`
  })
  const list = columns.length === 0 ? '1 AS "_singleton"' : columns.join(', ')
  return statement(
    `CREATE TEMP TABLE ${copyName(alteration).slice(5)} AS SELECT ${list} FROM ${quoteTable(before.name)}`,
  )
}

const keptOf = ({ before, after }: TableAlteration): readonly string[] =>
  after.heading.flatMap(({ name }) => (before.heading.some((one) => one.name === name) ? [name] : []))

function remake(alteration: TableAlteration): readonly Statement[] {
  const { after } = alteration
  const names = keptOf(alteration)
  const list = quoteList(names.length === 0 ? ['_singleton'] : names)
  const stores = new Set(after.heading.map(({ type }) => externalStoreOf(type)))
  return [
    ...[...stores].flatMap((store) => (store === null ? [] : [createExternal(after.name.schema, store)])),
    statement(`CREATE TABLE ${quoteTable(after.name)} (${tableParts(after).join(', ')}) STRICT`),
    statement(`INSERT INTO ${quoteTable(after.name)} (${list}) SELECT ${list} FROM ${copyName(alteration)}`),
    statement(`DROP TABLE ${copyName(alteration)}`),
    ...createIndexes(after),
  ]
}

function writeRecords(alteration: TableAlteration, { hidden }: Alterations): readonly Statement[] {
  const { before, after, changes } = alteration
  const { schema, table } = after.name
  const present = hidden.get(schema) ?? []
  const renamedTo = (jobs: TableName): TableName => ({ ...jobs, table: renamedJobs(jobs.table, alteration) })
  return [
    ...['~lineage', '~columns', '~types', '~tables']
      .filter((name) => present.includes(name))
      .map((name) => forget({ schema, table: name }, table)),
    ...(alteration.stored.name.table !== before.name.table && present.includes('~tables')
      ? [forget({ schema, table: '~tables' }, alteration.stored.name.table)]
      : []),
    ...recordTable(after),
    ...changes.flatMap((change) => {
      if (change.kind === 'drop-jobs')
        return tableStatements.dropTable(
          renamedTo(change.jobs),
          present.filter((name) => name !== '~log'),
        )
      if (change.kind !== 'forget-jobs') return []
      return [forget({ schema, table: '~jobs' }, table)]
    }),
    ...(present.includes('~log') ? [logAltered(after.name)] : []),
  ]
}
