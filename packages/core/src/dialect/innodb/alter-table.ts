import { externalStoreOf } from '../../attribute/legacy-type.ts'
import type {
  AlterDetails,
  Alterations,
  AlterStatement,
  AlterSyntax,
  TableAlteration,
  TableChange,
} from '../../compile/alter.ts'
import type { Dialect } from '../../compile/dialect.ts'
import { alterCounts } from '../alter-counts.ts'
import { jobTableName, renamedJobs, renameRecords } from '../alter-records.ts'
import { lineageRows } from '../hidden-table.ts'
import { afterwards, collatedOtherwise, collationFor, columnsInOrder, inPlace, placeOf } from './alter-columns.ts'
import { readDetails } from './alter-details.ts'
import {
  addReferences,
  constraintNames,
  dropIndex,
  dropReferences,
  externalReference,
  renamedConstraint,
  suspendedIn,
} from './alter-references.ts'
import { idOf, same, statement, type Surroundings } from './alter-surroundings.ts'
import { writeColumn } from './column.ts'
import { indexItem } from './create-table.ts'
import { createExternal, forgetLineage, logAltered, writeLineage } from './hidden-tables.ts'
import { migrationLock, migrationLog } from './migration-log.ts'
import { quote, quoteList, quoteTable, quoteText } from './quote.ts'
import type { Variant } from './variant.ts'

/** How a server changes tables. Each statement commits: what belongs together is one ALTER, and what must come first is before it. */
export function alterSyntax(variant: Variant, createTable: Dialect['createTable']): AlterSyntax {
  return {
    readDetails: (query, schemas) => readDetails(query, schemas, variant),
    statements: (alterations) => {
      const present = alterations.tables.filter(({ changes }) => !changes.some(({ kind }) => kind === 'declare'))
      const declared = alterations.tables.filter((one) => !present.includes(one))
      const context = { alterations, variant, suspended: suspendedIn(present) }
      return [
        // later than what they are about, an interruption would hide that they are to go
        ...present.flatMap(dropJobs),
        ...renameRecords(alterations, { quote, quoteTable }),
        ...present.flatMap(renameTables),
        ...present.flatMap((one) => renameColumns(one, alterations)),
        ...present.flatMap((one) => dropReferences(one, context)),
        ...present.flatMap((one) => writeRecords(one, alterations)),
        ...present.flatMap((one) => alterTable(one, context)),
        ...declared.flatMap(({ after, changes }) =>
          createTable(after, afterwards(alterations, variant)).map((one) => ({
            statement: one,
            table: after.name,
            changes,
          })),
        ),
        ...present.flatMap((one) => addReferences(one, context)),
        ...present.flatMap((one) => logOf(one, alterations)),
      ]
    },
    rewrites: (change) => {
      switch (change.kind) {
        case 'change-key':
          return true
        case 'change-attribute':
          return change.aspects.has('nullability') || (change.aspects.has('type') && !inPlace(change.from, change.to))
        default:
          return false
      }
    },
    refuses: refuseLoss,
    prepare: [],
    verify: () => [],
    count: alterCounts({ quote, quoteTable, quoteList }),
    lock: migrationLock,
    log: migrationLog,
  }
}

function renameTables(alteration: TableAlteration): AlterStatement[] {
  const { stored, before, jobs } = alteration
  const changes = alteration.changes.filter(({ kind }) => kind === 'rename-table')
  if (changes.length === 0) return []
  const { schema } = stored.name
  const pairs = [
    [stored.name, before.name],
    ...(jobs ? [[jobs, { schema, table: jobTableName(before.name.table) }]] : []),
  ] as const
  const sql = pairs.map(([from = stored.name, to = before.name]) => `${quoteTable(from)} TO ${quoteTable(to)}`)
  return [statement(`RENAME TABLE ${sql.join(', ')}`, before.name, changes)]
}

/** Before anything else, and alone: it takes no time, and references in other tables follow. */
function renameColumns(alteration: TableAlteration, { details }: Alterations): AlterStatement[] {
  const { stored, before, jobs } = alteration
  const changes = alteration.changes.filter(({ kind }) => kind === 'rename-attribute')
  const renames = changes.flatMap((change) =>
    change.kind === 'rename-attribute' ? [[change.from, change.attribute] as const] : [],
  )
  if (renames.length === 0) return []
  const sql = (pairs: typeof renames): string =>
    pairs.map(([from, { name }]) => `RENAME COLUMN ${quote(from)} TO ${quote(name)}`).join(', ')
  // interrupted between the two statements, the job table has its new names already
  const inKey = renames.filter(
    ([from, attribute]) =>
      attribute.inKey &&
      details.hiddenColumns.some(({ table, name }) => jobs && idOf(table) === idOf(jobs) && name === from),
  )
  const jobsNow = jobs && { schema: stored.name.schema, table: renamedJobs(jobs.table, alteration) }
  return [
    ...(jobsNow && inKey.length > 0
      ? [statement(`ALTER TABLE ${quoteTable(jobsNow)} ${sql(inKey)}`, before.name, changes)]
      : []),
    statement(`ALTER TABLE ${quoteTable(before.name)} ${sql(renames)}`, before.name, changes),
  ]
}

/** What `~lineage` is to say. It comes before the ALTER, which then tells whether both are done. */
function writeRecords({ after, before, changes }: TableAlteration, { hidden }: Alterations): AlterStatement[] {
  const structural = changes.filter(({ kind }) => kind !== 'change-comment' && kind !== 'forget-jobs')
  const present = hidden.get(after.name.schema) ?? []
  if (structural.length === 0 || after.generation === '0.14' || !present.includes('~lineage')) return []
  const rows = lineageRows(after)
  const old = lineageRows(before)
  const spell = (lines: typeof rows): string =>
    lines
      .map((line) => line.join('\0'))
      .toSorted()
      .join('\n')
  if (spell(rows) === spell(old)) return []
  return [forgetLineage(after.name), ...writeLineage(after.name, rows)].map((one) => ({
    statement: one,
    table: after.name,
    changes: structural,
  }))
}

function alterTable(alteration: TableAlteration, surroundings: Surroundings): AlterStatement[] {
  const { alterations, variant } = surroundings
  const { before, after, changes } = alteration
  const table = quoteTable(after.name)
  const first = changes.flatMap((change) => {
    const store = change.kind === 'add-attribute' ? externalStoreOf(change.attribute.type) : null
    return store === null ? [] : [createExternal(after.name.schema, store).sql]
  })
  const dropped: string[] = []
  const parts: string[] = []
  const done: TableChange[] = []
  const rekeyed = changes.some(({ kind }) => kind === 'change-key')
  for (const change of changes) {
    const own = partsOf(change, alteration, surroundings)
    if (own.length === 0) continue
    done.push(change)
    // the order of a key is that of its columns
    const columns = rekeyed ? own.filter((part) => !/^(ADD|MODIFY) COLUMN `(?!_singleton)/.test(part)) : own
    // a server looks at what is dropped first
    for (const part of columns) (part.startsWith('DROP') ? dropped : parts).push(part)
  }
  if (rekeyed) parts.unshift(...columnsInOrder(alteration, alterations, variant))
  for (const name of collatedOtherwise(alteration, alterations, variant)) {
    const attribute = after.heading.find((one) => one.name === name)
    const collation = attribute && collationFor(attribute, alteration, alterations, variant)
    if (attribute) parts.push(`MODIFY COLUMN ${writeColumn(attribute, after, collation ?? '')}`)
  }
  const all = [...new Set([...dropped, ...parts])]
  if (all.length === 0) return []
  return [
    ...first.map((sql) => statement(sql, before.name, done)),
    statement(`ALTER TABLE ${table} ${all.join(', ')}`, before.name, done),
  ]
}

function partsOf(
  change: TableChange,
  alteration: TableAlteration,
  { alterations, variant, suspended }: Surroundings,
): readonly string[] {
  const { before, after, stored } = alteration
  switch (change.kind) {
    case 'add-attribute': {
      const { attribute } = change
      const collation = collationFor(attribute, alteration, alterations, variant)
      const store = externalStoreOf(attribute.type)
      const external = store === null ? [] : [externalReference(after.name, attribute, store)]
      return [`ADD COLUMN ${writeColumn(attribute, after, collation)}${placeOf(attribute, alteration)}`, ...external]
    }
    case 'drop-attribute': {
      const at = before.heading.indexOf(change.attribute)
      const name = stored.heading[at]?.name ?? change.attribute.name
      const hidden = alterations.details.foreignKeys.filter(
        (key) =>
          idOf(key.table) === idOf(stored.name) && same(key.attributes, [name]) && key.parent.table.startsWith('~'),
      )
      return [
        ...hidden.map(
          (key) => `DROP FOREIGN KEY ${quote(renamedConstraint(key.name, stored.name.table, before.name.table))}`,
        ),
        `DROP COLUMN ${quote(change.attribute.name)}`,
      ]
    }
    case 'change-attribute':
      return [
        `MODIFY COLUMN ${writeColumn(change.to, after, collationFor(change.to, alteration, alterations, variant))}`,
      ]
    case 'change-comment':
      return [`COMMENT = ${quoteText(change.to)}`]
    case 'change-key': {
      const key = change.to.length === 0 ? ['_singleton'] : change.to
      const single = change.to.length === 0 ? [`ADD COLUMN ${singletonColumn} FIRST`] : []
      const plural = change.from.length === 0 ? ['DROP COLUMN `_singleton`'] : []
      // a reference may have used the key as its index
      const bare = after.foreignKeys.filter(
        ({ attributes }) =>
          same(change.from.slice(0, attributes.length), attributes) &&
          !same(key.slice(0, attributes.length), attributes) &&
          before.foreignKeys.some((one) => same(one.attributes, attributes)),
      )
      const indexes = bare.map(({ attributes }) => `ADD INDEX (${quoteList(attributes)})`)
      return ['DROP PRIMARY KEY', ...plural, ...single, `ADD PRIMARY KEY (${quoteList(key)})`, ...indexes]
    }
    case 'add-index':
      return [`ADD ${change.index.unique ? 'UNIQUE ' : ''}INDEX (${change.index.attributes.map(indexItem).join(', ')})`]
    case 'drop-index':
      return dropIndex(change.index.attributes, change.index.unique, alteration, alterations)
    case 'drop-reference': {
      const { attributes, unique } = change.foreignKey
      const referred = after.foreignKeys.some((key) => same(key.attributes, attributes))
      const wanted = after.indexes.some((index) => index.unique && same(index.attributes, attributes))
      const gone = suspended.get(alteration)?.includes(change.foreignKey) ?? false
      const names = gone ? [] : constraintNames(alteration, change.foreignKey, alterations)
      return [
        ...names.map((name) => `DROP FOREIGN KEY ${quote(name)}`),
        // the index that it needed, whoever made it
        ...(referred ? [] : dropIndex(attributes, false, alteration, alterations)),
        ...(unique && !referred && !wanted ? dropIndex(attributes, true, alteration, alterations) : []),
      ]
    }
    case 'rename-table':
    case 'rename-attribute':
    case 'add-reference':
    case 'declare':
    case 'drop-jobs':
    case 'forget-jobs':
      return []
  }
}

const singletonColumn = "`_singleton` tinyint NOT NULL DEFAULT 1 COMMENT ':bool:singleton primary key'"

function dropJobs({ stored, before, changes }: TableAlteration): AlterStatement[] {
  return changes.flatMap((change): AlterStatement[] => {
    if (change.kind === 'drop-jobs')
      return [statement(`DROP TABLE IF EXISTS ${quoteTable(change.jobs)}`, before.name, [change])]
    if (change.kind !== 'forget-jobs') return []
    const sql = `DELETE FROM ${quoteTable({ schema: before.name.schema, table: '~jobs' })} WHERE \`table_name\` IN (?, ?)`
    const parameters = [stored.name.table, before.name.table]
    return [{ statement: { sql, parameters }, table: before.name, changes: [change] }]
  })
}

/** A column that is written anew has what a definition says, and nothing else. */
function refuseLoss(change: TableChange, { stored, before }: TableAlteration, { unsaid }: AlterDetails): string | null {
  const written = change.kind === 'change-attribute' ? [change.to.name] : change.kind === 'change-key' ? change.to : []
  const was = written.map((name) => stored.heading[before.heading.findIndex((one) => one.name === name)]?.name)
  const lost = unsaid.filter(
    ({ table, attribute }) => idOf(table) === idOf(stored.name) && attribute !== null && was.includes(attribute),
  )
  if (lost.length === 0) return null
  return (
    `that would lose ${lost.map(({ attribute, what }) => `${what} of \`${attribute}\``).join(', ')}, which definitions cannot ` +
    'say. Change it by hand with ALTER TABLE, and write the definition as it is then.'
  )
}

/** Other clients of DataJoint 0.14 read there what happened. */
function logOf({ after, changes }: TableAlteration, { hidden }: Alterations): AlterStatement[] {
  if (changes.length === 0 || !(hidden.get(after.name.schema) ?? []).includes('~log')) return []
  return [{ statement: logAltered(after.name), table: after.name, changes }]
}
