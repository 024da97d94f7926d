import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { isRecorded, type RecordedValue } from '../src/blob/testing/recorded-value.ts'
import { connect } from '../src/connection/connect.ts'
import type { Connection, DatabaseSettings } from '../src/connection/connection.ts'
import { externalStoreOf } from '../src/attribute/legacy-type.ts'
import type { TableDeclaration } from '../src/definition/table-declaration.ts'
import { resolveDefinition } from '../src/definition/resolve-definition.ts'
import {
  type Database,
  definePipeline,
  defineSchema,
  describe as describeTable,
  planDeclare,
  readTables,
  type StoredTable,
} from '../src/index.ts'
import { codecsOf } from '../src/codec/codecs.ts'
import { declarationHere } from '../src/query/in-database.ts'
import { openStores } from '../src/store/stores.ts'
import { declareOn } from '../src/testing/dialect/declare-on.ts'
import {
  load,
  readRecorded,
  recordedCodecs,
  type RecordedSchema,
  type RecordedTable,
  tierOf,
} from './recorded-schema.ts'

/** What only the next version keeps, and codecs that no pipeline here has. */
const isUnreadable = ({ type }: TableDeclaration['heading'][number]): boolean =>
  externalStoreOf(type) !== null || /^<(hash|npy|object|filepath|extval)\b/.test(type.text)

/** Whether a value of a row is the one that Python fetched. */
function isFetched(value: unknown, recorded: RecordedValue, type: string): boolean {
  const { t, v } = recorded
  if (/blob/.test(type) && t !== 'none') return isRecorded(value, recorded)
  switch (t) {
    case 'int':
      return String(typeof value === 'boolean' ? Number(value) : value) === v
    case 'float':
      // Python reads single precision from text of six digits
      return value === Number(v) || (typeof value === 'number' && Number(value.toPrecision(6)) === Number(v))
    case 'decimal':
    case 'uuid':
    case 'date':
      return value === v
    case 'datetime':
      return (
        String(value)
          .replace(' ', 'T')
          .padEnd(26, String(value).includes('.') ? '0' : '.000000') === v
      )
    case 'timedelta':
      return microseconds(String(value)) === recorded['us']
    case 'file':
      return isAttachment(value) && value.name === recorded['name'] && hex(value.bytes) === recorded['hex']
    case 'tuple':
    case 'list':
      return JSON.stringify(value) === JSON.stringify(plain(recorded))
    case 'str':
      // DataJoint 0.14 does not know JSON on MariaDB: it gives the text
      return value === v || JSON.stringify(value) === JSON.stringify(parseJson(String(v)))
    default:
      return isRecorded(value, recorded)
  }
}

const plain = ({ t, v, items }: RecordedValue): unknown =>
  Array.isArray(items) ? items.map(plain) : t === 'int' ? Number(v) : v
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const isAttachment = (value: unknown): value is { readonly name: string; readonly bytes: Uint8Array } =>
  typeof value === 'object' && value !== null && 'name' in value && 'bytes' in value

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function microseconds(text: string): string {
  const [, sign = '', hours = '0', minutes = '0', seconds = '0'] = /^(-?)(\d+):(\d+):(\d+)/.exec(text) ?? []
  const total = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1_000_000
  return `${sign}${total}`
}

/** What `information_schema` says of a table, the names of its schemas replaced. */
async function facts(
  connection: Connection,
  name: { schema: string; table: string },
  rename: (text: string) => string,
) {
  const read = async (sql: string) =>
    (await connection.query({ sql, parameters: [name.schema, name.table] })).map((row) =>
      row.map((value) => rename(value instanceof Uint8Array ? Buffer.from(value).toString() : String(value))),
    )
  return {
    table: await read(
      `SELECT table_comment, engine FROM information_schema.tables WHERE table_schema = ? AND table_name = ?`,
    ),
    columns: await read(
      `SELECT column_name, column_type, is_nullable, column_default, column_comment, extra FROM information_schema.columns
       WHERE table_schema = ? AND table_name = ? AND column_name NOT LIKE '\\_job\\_%' ORDER BY ordinal_position`,
    ),
    indexes: await read(
      `SELECT index_name, non_unique, GROUP_CONCAT(column_name ORDER BY seq_in_index) FROM information_schema.statistics
       WHERE table_schema = ? AND table_name = ? GROUP BY index_name, non_unique ORDER BY index_name`,
    ),
    references: await read(
      `SELECT k.constraint_name, k.column_name, k.referenced_table_schema, k.referenced_table_name, k.referenced_column_name,
         r.update_rule, r.delete_rule
       FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r
         ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
       WHERE k.table_schema = ? AND k.table_name = ? ORDER BY k.constraint_name, k.ordinal_position`,
    ),
  }
}

const stores = await openStores({})

/** The tables of the fixture as definitions declare them, in schemas of other names. */
function resolveAll({ schemas, tables, generation }: RecordedSchema): readonly TableDeclaration[] {
  const byClass = new Map<string, { declaration: TableDeclaration; [part: string]: unknown }>()
  return tables.map((table) => {
    const [own = '', part] = table.class_name.split('.')
    const master = part === undefined ? undefined : byClass.get(own)
    const declaration = resolveDefinition({
      schema: table.full_name.includes(`\`${schemas[0]}\``) ? `${schemas[0]}_ours` : `${schemas[1]}_ours`,
      name: part ?? own,
      tier: tierOf(table),
      generation,
      // there is no word for numbers that a server gives, and `longblob` in 2.x would be read in two ways
      definition: table.definition
        .replace(' auto_increment', '')
        .replace(/longblob/g, generation === '2.x' ? 'bytes' : '$&'),
      references: Object.fromEntries(byClass),
      ...(master && { master }),
    })
    const resolved = declarationHere(declaration, generation, { codecs: codecsOf(recordedCodecs), stores })
    if (master && part !== undefined) master[part] = { declaration: resolved }
    else byClass.set(own, { declaration: resolved })
    return resolved
  })
}

for (const kind of ['mariadb', 'mysql'] as const) {
  const settings = inject(kind)
  for (const generation of ['2.x', '0.14'] as const) {
    describe.runIf(settings !== null)(`what Python's DataJoint ${generation} made, on ${kind}`, () => {
      const recorded = readRecorded(generation, `py${process.pid}_${kind}_`)
      let db: Database
      let connection: Connection
      let tables: readonly StoredTable[]
      const find = ({ table_name: name }: RecordedTable): StoredTable => {
        const found = tables.find(({ declaration }) => declaration.name.table === name)
        if (!found) throw new RangeError(`${name} is not there`)
        return found
      }

      beforeAll(async () => {
        if (!settings) throw new RangeError('there is no server')
        const database: DatabaseSettings = settings
        await load(recorded, settings)
        db = await definePipeline({ schemas: [], tables: {}, database, codecs: recordedCodecs }).open()
        tables = await readTables(db, recorded.schemas)
        connection = await connect(database)
      }, 60_000)

      afterAll(async () => {
        for (const schema of [
          ...recorded.schemas.toReversed().map((name) => `${name}_ours`),
          ...recorded.schemas.toReversed(),
        ]) {
          await connection?.execute({ sql: `DROP DATABASE IF EXISTS \`${schema}\``, parameters: [] })
        }
        await connection?.close()
        await db?.close()
      })

      test('every table is read, as one of that generation', () => {
        expect(tables).toHaveLength(recorded.tables.length)
        for (const table of recorded.tables) {
          const { declaration, typeName } = find(table)
          expect(typeName).toBe(table.class_name.replace('AnalysisP', 'Analysis2P'))
          expect(declaration).toMatchObject({ generation, comment: table.comment, tier: tierOf(table) })
          const key = declaration.heading.filter(({ inKey }) => inKey).map(({ name }) => name)
          expect(key).toEqual(table.primary_key.filter((name) => name !== '_singleton'))
          expect(declaration.heading.map(({ name, nullable, comment }) => ({ name, nullable, comment }))).toEqual(
            table.heading.map(({ name, nullable, comment }) => ({ name, nullable, comment })),
          )
        }
      })

      test('attributes have the lineage that Python knows', () => {
        for (const table of recorded.tables) {
          const { heading } = find(table).declaration
          for (const attribute of table.heading) {
            if (attribute.lineage === undefined) continue
            expect([attribute.name, heading.find(({ name }) => name === attribute.name)?.lineage ?? null]).toEqual([
              attribute.name,
              attribute.lineage,
            ])
          }
        }
      })

      test('rows are those that Python fetches', async () => {
        for (const recordedTable of recorded.tables) {
          const table = find(recordedTable)
          const { heading } = table.declaration
          const readable = heading.filter((attribute) => !isUnreadable(attribute))
          const key = heading.filter(({ inKey }) => inKey).map(({ name }) => name)
          const relation = db(table).project(...readable.filter(({ inKey }) => !inKey).map(({ name }) => name))
          const rows: readonly object[] = await relation.fetch(key.length === 0 ? {} : { order: key })
          expect(rows).toHaveLength(recordedTable.rows.length)
          for (const [index, row] of rows.entries()) {
            for (const { name, type } of readable) {
              const expected = recordedTable.rows[index]?.[name] ?? { t: 'missing' }
              const value: unknown = Reflect.get(row, name)
              const place = `${recordedTable.table_name} ${index} ${name} ${type.text}`
              expect([place, isFetched(value, expected, type.text) ? 'same' : [value, expected]]).toEqual([
                place,
                'same',
              ])
            }
          }
        }
      })

      test('their definitions declare the same columns, indexes and references', async () => {
        const declared = resolveAll(recorded)
        for (const declaration of declared) await declareOn(connection, declaration)
        for (const [index, { name }] of declared.entries()) {
          const theirs = recorded.tables[index]
          if (!theirs) throw new RangeError('there are as many')
          const original = { schema: name.schema.replace(/_ours$/, ''), table: theirs.table_name }
          expect(name.table).toBe(theirs.table_name)
          const [ours, python] = await Promise.all([
            facts(connection, name, (text) => text.replaceAll('_ours', '')),
            facts(connection, original, (text) => text),
          ])
          expect({ name, ...forComparison(ours, kind, theirs) }).toEqual({
            name,
            ...forComparison(python, kind, theirs),
          })
        }
      })

      test.runIf(generation === '0.14')('a pipeline in core types opens on it, reads and writes', async () => {
        if (!settings) throw new RangeError('there is no server')
        const [labName, mainName] = recorded.schemas
        const lab = defineSchema(labName)
        const Species = lab.lookup('Species', {}, "species : varchar(24)\n---\ncommon = '' : varchar(64)")
        const Person = lab.manual(
          'Person',
          {},
          'username : varchar(32)\n---\nfull_name = null : varchar(255)\nunique index (full_name)',
        )
        const Subject = lab.manual(
          'Subject',
          { Species, Person },
          `
            subject_id : int32
            ---
            -> Species
            -> [nullable] Person
            dob = null : date
            sex = 'unknown' : enum('male','female','unknown')
            token = null : uuid
            index (dob, sex)
          `,
        )
        const main = defineSchema(mainName)
        const Probe = main.lookup('Probe', {}, 'probe : varchar(20)')
        const Session = main.manual(
          'Session',
          { Subject, Person, Probe },
          `
            -> Subject
            session_no : int32     # a smallint unsigned there
            ---
            session_date : date
            -> [nullable] Person.proj(experimenter='username')
            -> [nullable, unique] Probe
            notes = '' : varchar(4000)
            quality = null : float64
            index (session_date)
            index (quality, session_date)
            unique index (session_date, session_no)
          `,
          {
            parts: {
              Trial: [
                {},
                `
                  -> master
                  trial : int32
                  ---
                  outcome : enum('hit','miss','ignore')
                  rt = null : float64
                  samples = null : <blob>
                `,
              ],
            },
          },
        )
        const pipeline = definePipeline({ schemas: [lab, main], tables: {}, database: settings })
        await using own = await pipeline.open()
        expect(own.undeclared).toEqual([])
        expect(await planDeclare(own, pipeline.schemas)).toMatchObject({ tables: [], records: [] })
        const key = { subject_id: 1, session_no: 1, trial: 99 }
        await own(Session.Trial).insert1({ ...key, outcome: 'hit', samples: Float32Array.of(1, 2) })
        const { samples } = await own(Session.Trial).restrict(key).fetch1()
        expect(samples).toMatchObject({ dtype: 'float32', data: Float32Array.of(1, 2) })
        expect(await own(Subject).restrict({ subject_id: 1 }).fetch1()).toMatchObject({
          species: 'Rattus norvegicus',
          token: '00000010-0000-0000-0000-000000000005',
        })
        // the range of the column that is there is enforced
        const tooLarge = { subject_id: 1, session_no: 70_000, session_date: '2024-01-01' }
        await expect(own(Session).insert1(tooLarge)).rejects.toThrow(/session_no/)
      })

      test('what is kept beside them is what Python keeps', async () => {
        const rowsOf = async (schema: string, sql: string) =>
          (await connection.query({ sql: sql.replace('?', `\`${schema}\``), parameters: [] })).map((row) =>
            row.map((value) => String(value).replaceAll('_ours', '')).join(' '),
          )
        for (const schema of recorded.schemas) {
          const hidden = generation === '2.x' ? ['~lineage'] : ['~log']
          if (generation === '0.14' && schema === recorded.schemas[1]) hidden.push('~external_ext')
          for (const table of hidden) {
            const ours = await facts(connection, { schema: `${schema}_ours`, table }, (text) =>
              text.replaceAll('_ours', ''),
            )
            expect(ours).toEqual(await facts(connection, { schema, table }, (text) => text))
          }
          const kept =
            generation === '2.x'
              ? "SELECT table_name, attribute_name, lineage FROM ?.`~lineage` WHERE table_name NOT LIKE '~%'"
              : "SELECT event FROM ?.`~log` WHERE event LIKE 'Declared%' AND event NOT LIKE '%~%'"
          expect((await rowsOf(`${schema}_ours`, kept)).toSorted()).toEqual((await rowsOf(schema, kept)).toSorted())
        }
      })

      test('describing and declaring again is a fixed point', async () => {
        const declarations = tables.map(({ declaration }) => declaration)
        for (const declaration of declarations) {
          const text = describeTable(declaration)
          const again = redeclare(declaration, declarations, text)
          expect(describeTable(again)).toBe(text)
          expect(again.heading.map(({ name, inKey, nullable }) => ({ name, inKey, nullable }))).toEqual(
            declaration.heading.map(({ name, inKey, nullable }) => ({ name, inKey, nullable })),
          )
        }
      })
    })
  }
}

type Facts = Awaited<ReturnType<typeof facts>>

/** Without what a dump of MariaDB cannot bring to MySQL, and what an adapter of Python's alone knows. */
function forComparison(
  { columns, references, indexes, table }: Facts,
  kind: string,
  { table_name: name }: RecordedTable,
): object {
  const json = (row: readonly string[]) =>
    row.map((value) =>
      kind === 'mysql' && value === 'longtext'
        ? 'json'
        : value.replace('auto_increment', '').replace(':bytes:', '').replace('NO ACTION', 'RESTRICT'),
    )
  // a dump leaves out RESTRICT, which is what MySQL then calls NO ACTION
  const own = { table, columns: columns.map(json) }
  return name === 'custom_types' ? own : { ...own, references: references.map(json), indexes }
}

function redeclare(
  declaration: TableDeclaration,
  all: readonly TableDeclaration[],
  definition: string,
): TableDeclaration {
  const references: Record<string, { declaration: TableDeclaration }> = {}
  for (const other of all) {
    const [own = '', part] = typeOf(other).split('.')
    references[own] = {
      ...references[own],
      ...(part === undefined ? { declaration: other } : { [part]: { declaration: other } }),
    } as never
  }
  const [own = '', part] = typeOf(declaration).split('.')
  return resolveDefinition({
    schema: declaration.name.schema,
    name: part ?? own,
    tier: declaration.tier,
    generation: declaration.generation,
    definition,
    references,
    ...(part !== undefined && references[own] && { master: references[own] }),
  })
}

const typeOf = ({ name }: TableDeclaration): string =>
  name.table
    .replace(/^(#|__|_)/, '')
    .split('__')
    .map((words) => words.replaceAll(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()))
    .join('.')
