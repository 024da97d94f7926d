import type { Attribute } from '../attribute/attribute.ts'
import type { StoredValue } from '../attribute/storage.ts'
import type { TableAlteration, TableChange } from '../compile/alter.ts'
import { lower } from '../compile/lower.ts'
import type { Connection } from '../connection/connection.ts'
import { parseIndexItem } from '../definition/index-item.ts'
import type { TableDeclaration, TableName } from '../definition/table-declaration.ts'
import type { RawRow, Statement } from '../driver/driver.ts'
import { identifyTable } from '../query/dependencies.ts'
import { keyNames } from '../query/key-names.ts'
import { keysOf } from '../query/fetch/keys-of.ts'
import { identify, tupleOf } from '../query/tuple.ts'
import { project } from '../relation/project.ts'
import { tableNode } from '../relation/table.ts'
import { conversionOf } from './conversion.ts'
import type { MigrationCheck } from './plan.ts'

/** What the rows of a table are looked at with. */
export interface Looking {
  readonly connection: Connection
  /** All tables that are defined, as they are and as they will be. */
  readonly alterations: readonly TableAlteration[]
  /** The keys of the rows that a table which is yet to be created comes with. */
  readonly contentsOf: (table: TableName) => ReadonlySet<string>
  readonly signal: AbortSignal | undefined
  readonly onRows: (rows: number) => void
}

/** What the rows of a table have against a change of it. */
export async function checkRows(
  change: TableChange,
  alteration: TableAlteration,
  looking: Looking,
): Promise<readonly MigrationCheck[]> {
  const { stored } = alteration
  switch (change.kind) {
    case 'add-attribute':
      return isFilled(change.attribute) ? [] : [await checkEmpty(alteration, change.attribute, looking)]
    case 'change-attribute': {
      const checks: MigrationCheck[] = []
      if (change.aspects.has('nullability') && !change.to.nullable) {
        checks.push(await checkNulls(alteration, change.to.name, looking))
      }
      if (change.aspects.has('type')) {
        const survival = await checkValues(alteration, change, looking)
        if (survival) checks.push(survival)
      }
      return checks
    }
    case 'add-index':
      return change.index.unique ? await checkDuplicates(alteration, change.index.attributes, looking) : []
    case 'change-key': {
      const known = change.to.filter((name) => alteration.before.heading.some((one) => one.name === name))
      const nulls = known.filter((name) => alteration.before.heading.some((one) => one.name === name && one.nullable))
      const missing = await Promise.all(nulls.map((name) => checkNulls(alteration, name, looking)))
      return [...missing, ...(await checkDuplicates(alteration, change.to, looking))]
    }
    case 'add-reference':
      return checkOrphans(alteration, change, looking)
    case 'forget-jobs':
      return [
        await count(looking, looking.connection.dialect.alter.count.legacyJobs(stored.name), 'are jobs in `~jobs`', []),
      ]
    case 'drop-jobs':
      return [await count(looking, looking.connection.dialect.alter.count.rows(change.jobs), 'are jobs', [])]
    default:
      return []
  }
}

/** Whether rows that are there get a value. */
const isFilled = ({ nullable, default: initial }: Attribute): boolean =>
  nullable || initial.kind === 'current-timestamp' || (initial.kind === 'literal' && initial.value !== null)

const checkEmpty = ({ stored }: TableAlteration, { name }: Attribute, looking: Looking): Promise<MigrationCheck> =>
  count(looking, looking.connection.dialect.alter.count.rows(stored.name), `have no value for \`${name}\``, [])

function checkNulls(alteration: TableAlteration, attribute: string, looking: Looking): Promise<MigrationCheck> {
  const { stored } = alteration
  const was = oldName(alteration, attribute)
  const shown = keyOf(stored)
  const statement = looking.connection.dialect.alter.count.nulls(
    stored.name,
    was,
    shown.map(({ name }) => name),
  )
  return count(looking, statement, `have no \`${was}\``, shown)
}

async function checkDuplicates(
  alteration: TableAlteration,
  items: readonly string[],
  looking: Looking,
): Promise<readonly MigrationCheck[]> {
  const { stored, before, after } = alteration
  const { count: counts } = looking.connection.dialect.alter
  const names = items.flatMap((text) => {
    const item = parseIndexItem(text)
    return item?.kind === 'attribute' ? [item.name] : []
  })
  // what a member or an expression gives is seen by the database alone
  if (names.length < items.length) return []
  const added = names.filter((name) => !before.heading.some((one) => one.name === name))
  // NULL is like nothing
  if (added.some((name) => after.heading.some((one) => one.name === name && one.nullable))) return []
  const old = names.filter((name) => !added.includes(name)).map((name) => oldName(alteration, name))
  if (old.length === 0) {
    const { rows } = await count(looking, counts.rows(stored.name), '', [])
    return [{ what: `would be alike in (${names.join(', ')})`, rows: rows > 1 ? rows - 1 : 0, example: null }]
  }
  const shown = stored.heading.filter(({ name }) => old.includes(name))
  const order = old.flatMap((name) => shown.find((one) => one.name === name) ?? [])
  return [await count(looking, counts.duplicates(stored.name, old), `are like another in (${old.join(', ')})`, order)]
}

async function checkOrphans(
  alteration: TableAlteration,
  { foreignKey }: TableChange & { readonly kind: 'add-reference' },
  looking: Looking,
): Promise<readonly MigrationCheck[]> {
  const { stored, before } = alteration
  const { count: counts } = looking.connection.dialect.alter
  const { attributes, parent, parentAttributes } = foreignKey
  // what is added is NULL, or the table is empty
  if (attributes.some((name) => !before.heading.some((one) => one.name === name))) return []
  const shown = keyOf(stored)
  const names = shown.map(({ name }) => name)
  const own = attributes.map((name) => oldName(alteration, name))
  const above = looking.alterations.find((one) => identifyTable(one.before.name) === identifyTable(parent))
  if (above?.changes.some(({ kind }) => kind === 'declare')) {
    return [
      await checkContents(
        stored,
        own,
        looking.contentsOf(parent),
        `refer to no row that \`${identifyTable(parent)}\`, which is new, comes with`,
        looking,
      ),
    ]
  }
  const there = {
    attributes: own,
    parent: above?.stored.name ?? parent,
    parentAttributes: above ? parentAttributes.map((name) => oldName(above, name)) : parentAttributes,
  }
  const what = `refer to no row of \`${identifyTable(parent)}\``
  const order = [...shown, ...stored.heading.filter(({ name }) => own.includes(name) && !names.includes(name))]
  const statement = counts.orphans(
    stored.name,
    there,
    order.map(({ name }) => name),
  )
  const orphans = await count(looking, statement, what, order)
  const contents = looking.contentsOf(parent)
  if (orphans.rows === 0 || contents.size === 0 || !above || above.changes.length > 0) return [orphans]
  // a migration that was interrupted may not have come to fill the table
  const present = await keysOf(looking.connection, tableNode(above.stored), looking.signal)
  const all = new Set([...contents, ...present.map(identify)])
  return [await checkContents(stored, own, all, what, looking)]
}

/** Which rows would refer to one that a new table does not come with. */
async function checkContents(
  stored: TableDeclaration,
  own: readonly string[],
  contents: ReadonlySet<string>,
  what: string,
  { connection, signal, onRows }: Looking,
): Promise<MigrationCheck> {
  const node = project(tableNode(stored), Object.fromEntries(own.map((name) => [name, name])))
  const places = own.map((name) => node.heading.findIndex((one) => one.name === name))
  const storages = places.map((at) => node.heading[at]?.type.storage)
  let rows = 0
  let example: MigrationCheck['example'] = null
  for await (const batch of connection.stream(connection.dialect.select(lower(node)), signal)) {
    for (const row of batch) {
      const values = storages.map(
        (storage, at) => storage && connection.dialect.fromRaw(row[places[at] ?? 0] ?? null, storage),
      )
      const tuple = tupleOf(
        values.map((value) => value ?? null),
        [...values.keys()],
      )
      if (tuple === null || contents.has(identify(tuple))) continue
      rows += 1
      example ??= exampleOf(row, node.heading, connection)
    }
    onRows(batch.length)
  }
  return { what, rows, example }
}

/** Reads every value where not all of its type survive: nothing tells as exactly what is rounded or cut. */
async function checkValues(
  alteration: TableAlteration,
  { from, to }: { readonly from: Attribute; readonly to: Attribute },
  { connection, signal, onRows }: Looking,
): Promise<MigrationCheck | null> {
  const conversion = conversionOf(from.type, to.type)
  if (conversion.kind !== 'checked') return null
  const { stored } = alteration
  const was = oldName(alteration, to.name)
  const node = project(tableNode(stored), { [was]: was })
  const value = node.heading.findIndex(({ name }) => name === was)
  let rows = 0
  let example: MigrationCheck['example'] = null
  for await (const batch of connection.stream(connection.dialect.select(lower(node)), signal)) {
    for (const row of batch) {
      const found = connection.dialect.fromRaw(row[value] ?? null, from.type.storage)
      if (found === null || conversion.survives(found)) continue
      rows += 1
      example ??= exampleOf(row, node.heading, connection)
    }
    onRows(batch.length)
  }
  return { what: `hold what ${to.type.text} does not`, rows, example }
}

async function count(
  { connection, signal }: Pick<Looking, 'connection' | 'signal'>,
  statement: Statement,
  what: string,
  shown: readonly Attribute[],
): Promise<MigrationCheck> {
  const [row] = await connection.query(statement, signal)
  if (!row) return { what, rows: 0, example: null }
  return { what, rows: Number(row[0]), example: shown.length === 0 ? null : exampleOf(row.slice(1), shown, connection) }
}

const exampleOf = (row: RawRow, shown: readonly Attribute[], { dialect }: Connection) =>
  Object.fromEntries(
    shown.map(({ name, type }, at) => [name, spell(dialect.fromRaw(row[at] ?? null, type.storage))] as const),
  )

function spell(value: StoredValue): string {
  if (value instanceof Uint8Array) return `0x${Buffer.from(value.subarray(0, 32)).toString('hex')}`
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : String(value)
}

const keyOf = (stored: TableDeclaration): readonly Attribute[] =>
  keyNames(stored).flatMap((name) => stored.heading.find((one) => one.name === name) ?? [])

/** What an attribute is called until it is renamed. */
export function oldName({ stored, before }: TableAlteration, name: string): string {
  return stored.heading[before.heading.findIndex((one) => one.name === name)]?.name ?? name
}
