import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, inject, test } from 'vitest'
import { declareRecorded } from '../conformance/declare-recorded.ts'
import { loadServer, loadSqlite } from '../conformance/load.ts'
import { readRecordedSet } from '../conformance/recorded.ts'
import { formatReport, unexplained } from '../conformance/report.ts'
import { type LoadedDatabase, type Outcome, runCases } from '../conformance/run-cases.ts'

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

  test('leaves out what is no case, or of a form that is not known, and goes on', { timeout: 60_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
    const table = { id: 'a', schema: 's', expr: { op: 'table', name: 'T' }, datajoint: { heading: [], rows: [] } }
    const lines = ['{', '{}', JSON.stringify(table), JSON.stringify({ ...table, id: 'b', expr: { op: 'pivot' } })]
    await Promise.all([
      writeFile(join(folder, 'schemas.json'), '{}'),
      writeFile(join(folder, 'schemas.sql'), ''),
      writeFile(join(folder, 'cases.jsonl'), lines.join('\r\n')),
    ])
    try {
      const read = await readRecordedSet(folder)
      expect(read.unreadable).toHaveLength(2)
      await using database = await loadSqlite(read.dump, declareRecorded(read.schemas))
      const outcomes = await runCases(database, declareRecorded(read.schemas), read.cases)
      expect(outcomes.map(({ judgement }) => judgement.verdict)).toEqual(['differing', 'left out'])
      expect(formatReport('SQLite', outcomes)).toContain('b left out: There is no operation "pivot".')
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
