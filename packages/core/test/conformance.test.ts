import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createConnection } from 'mysql2/promise'
import { describe, expect, inject, test } from 'vitest'
import { declareRecorded } from '../conformance/declare-recorded.ts'
import { loadServer, loadSqlite } from '../conformance/load.ts'
import { readRecordedSet, type RecordedResult, type Tree } from '../conformance/recorded.ts'
import { formatReport, unexplained } from '../conformance/report.ts'
import { type LoadedDatabase, type Outcome, runCases } from '../conformance/run-cases.ts'

const run = promisify(execFile)
const set = await readRecordedSet(fileURLToPath(new URL('../../../fixtures/datajoint/algebra', import.meta.url)))
const schemas = declareRecorded(set.schemas)

const counted = (outcomes: readonly Outcome[], verdict: string): number =>
  outcomes.filter(({ judgement }) => judgement.verdict === verdict).length

async function expectConformance(name: string, database: LoadedDatabase, counts: object): Promise<void> {
  const outcomes = await runCases(database, schemas, set.cases)
  if (unexplained(outcomes).length > 0) throw new Error(formatReport(name, outcomes))
  expect({
    agreed: counted(outcomes, 'agreed'),
    refused: counted(outcomes, 'refused'),
    explained: counted(outcomes, 'differing'),
    leftOut: counted(outcomes, 'left out'),
  }).toEqual(counts)
}

/** What explains answers as the reference gives them, of which the last two are wrong in another way than it is. */
async function explanationsOf(database: LoadedDatabase): Promise<readonly (string | null)[]> {
  const event: Tree = { op: 'table', name: 'Event' }
  const none: Tree = { op: 'table', name: 'Stim' }
  const least = (value: number): readonly [Tree, RecordedResult] => {
    const group: Tree = { op: 'proj', arg: none, attrs: [], named: { p: 'ifnull(stim_id, 0) + 1' } }
    const arg: Tree = { op: 'aggr', arg: event, group, attrs: [], named: { least: 'min(p)' }, keep: true }
    const by = { c: 'dict', v: { least: value } } as const
    const rows = [1, 4].map((id) => [id, value])
    return [
      { op: 'restrict', arg, by },
      { heading: ['event_id', 'least'], pk: ['event_id'], rows },
    ]
  }
  const words = { c: 'sql', v: 'case when event_id = 1 then true else false end' } as const
  const given: readonly (readonly [Tree, RecordedResult])[] = [
    [
      { op: 'restrict', arg: event, by: words },
      { error: 'DataJointError', message: 'Attribute `case` is not found in query.' },
    ],
    [
      { op: 'u_restrict', attrs: [], arg: event },
      { error: 'QuerySyntaxError', message: 'FROM' },
    ],
    least(1),
    least(2),
    [event, { error: 'QuerySyntaxError', message: 'FROM' }],
  ]
  const cases = given.map(([expr, datajoint], index) => ({
    id: String(index),
    schema: 'dja_s_01',
    expr,
    traps: [],
    agrees: true,
    datajoint,
  }))
  return (await runCases(database, schemas, cases)).map(({ explanation }) => explanation)
}

/** A recorded set in a folder of its own. */
async function recordedSet({ schemas, dump, cases }: { schemas: object; dump: string; cases: readonly string[] }) {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  await Promise.all([
    writeFile(join(folder, 'schemas.json'), JSON.stringify(schemas)),
    writeFile(join(folder, 'schemas.sql'), dump),
    writeFile(join(folder, 'cases.jsonl'), cases.join('\r\n')),
  ])
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

describe('the recorded answers of DataJoint to 200 expressions', () => {
  // U() & A is refused in the reference alone
  const whole = { agreed: 177, refused: 21, explained: 2, leftOut: 0 }

  test('are ours on sqlite, where no SQL is in them', { timeout: 60_000 }, async () => {
    await using database = await loadSqlite(set.dump, schemas)
    await expectConformance('SQLite', database, { agreed: 50, refused: 3, explained: 1, leftOut: 146 })
  })

  for (const kind of ['mariadb', 'mysql'] as const) {
    const settings = inject(kind)
    test.skipIf(!settings)(
      `are ours on ${kind}, from the tables that DataJoint made`,
      { timeout: 60_000 },
      async () => {
        if (!settings) return
        await using database = await loadServer(settings, set.dump, schemas)
        await expectConformance(kind, database, whole)
        const reasons = await explanationsOf(database)
        expect(reasons).toEqual([
          expect.stringMatching(/^T6/),
          expect.stringMatching(/^T7/),
          expect.stringMatching(/^The server: MariaDB/),
          null,
          null,
        ])
      },
    )
  }

  test('would tell an answer that is not ours', { timeout: 60_000 }, async () => {
    await using database = await loadSqlite(set.dump, schemas)
    const cases = set.cases.map((recorded) =>
      recorded.id === 'dja_s_02-0002'
        ? { ...recorded, datajoint: { ...recorded.datajoint, rows: [[1, 2]] } }
        : recorded,
    )
    const outcomes = await runCases(database, schemas, cases)
    expect(unexplained(outcomes).map(({ recorded }) => recorded.id)).toEqual(['dja_s_02-0002'])
    expect(formatReport('SQLite', outcomes)).toContain('NOT EXPLAINED')
  })

  const mariadb = inject('mariadb')
  test.skipIf(!mariadb)(
    'are compared by a command, whose exit code tells of a difference',
    { timeout: 60_000 },
    async () => {
      if (!mariadb) return
      const name = 'conformance_command'
      const create = 'CREATE TABLE `point` (`x` int NOT NULL, PRIMARY KEY (`x`)); INSERT INTO `point` VALUES (1),(2);'
      const all = (id: string, rows: readonly number[]) =>
        JSON.stringify({
          id,
          schema: name,
          expr: { op: 'table', name: 'Point' },
          datajoint: { heading: ['x'], pk: ['x'], rows: rows.map((x) => [x]) },
        })
      await using set = await recordedSet({
        schemas: { [name]: [{ name: 'Point', tier: 'Manual', definition: 'x : int', table: `\`${name}\`.\`point\`` }] },
        dump: `CREATE DATABASE \`${name}\`; USE \`${name}\`; ${create}`,
        cases: [all('right', [1, 2]), all('wrong', [1, 3])],
      })
      const url = `mariadb://${mariadb.user}@${mariadb.host}:${mariadb.port}`
      const script = fileURLToPath(new URL('../../../scripts/conformance.ts', import.meta.url))
      const ended = await run(process.execPath, [script, set.folder, url]).catch((error: unknown) => error)
      expect(ended).toMatchObject({ code: 1, stderr: '' })
      expect(ended).toMatchObject({
        stdout: expect.stringMatching(
          /: 1 agreed, 1 differing \(0 explained\), 0 refused by both, of 2 cases\n  wrong /,
        ),
      })
    },
  )

  test.skipIf(!mariadb)('never take the place of a database that a server has', { timeout: 60_000 }, async () => {
    if (!mariadb) return
    const name = 'conformance_taken'
    const { host, port, user, password } = mariadb
    const connection = await createConnection({ host, port, user, password })
    await connection.query(`CREATE DATABASE ${name}`)
    const refused = loadServer(mariadb, `CREATE DATABASE ${name}`, declareRecorded({ [name.toUpperCase()]: [] }))
    await expect(refused).rejects.toThrow(`has ${name} already`)
    // it is still there
    await connection.query(`DROP DATABASE ${name}`)
    await connection.end()
  })

  test('leaves out what is no case, or of a form that is not known, and goes on', { timeout: 60_000 }, async () => {
    const table = { id: 'a', schema: 's', expr: { op: 'table', name: 'T' }, datajoint: { heading: [], rows: [] } }
    const lines = ['{', '{}', JSON.stringify(table), JSON.stringify({ ...table, id: 'b', expr: { op: 'pivot' } })]
    await using given = await recordedSet({ schemas: {}, dump: '', cases: lines })
    const read = await readRecordedSet(given.folder)
    expect(read.unreadable).toHaveLength(2)
    await using database = await loadSqlite(read.dump, declareRecorded(read.schemas))
    const outcomes = await runCases(database, declareRecorded(read.schemas), read.cases)
    expect(outcomes.map(({ judgement }) => judgement.verdict)).toEqual(['differing', 'left out'])
    expect(formatReport('SQLite', outcomes)).toContain('b left out: There is no operation "pivot".')
  })
})
