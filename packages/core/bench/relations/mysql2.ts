import { readFile } from 'node:fs/promises'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import {
  type Contestant,
  FAMILIES,
  KEYS,
  LEVELS,
  type Operation,
  SAMPLES,
  sampleAt,
  type Server,
  time,
} from './operations.ts'

const BATCH = 1000

/** The driver alone, without an engine: what could at best be had. */
export async function mysql2(server: Server): Promise<Contestant> {
  const connection = await createConnection({ ...server, dateStrings: true, charset: 'utf8mb4' })
  await connection.query('CREATE DATABASE IF NOT EXISTS bench_mysql2 CHARACTER SET utf8mb4')
  await connection.query('USE bench_mysql2')
  for (const table of [
    'sample (sample int PRIMARY KEY, sample_time double NOT NULL, channel smallint NOT NULL, label varchar(16) NOT NULL, taken_at datetime NOT NULL)',
    'subject (subject int PRIMARY KEY)',
    'session (subject int, session int, PRIMARY KEY (subject, session), FOREIGN KEY (subject) REFERENCES subject (subject))',
    'trial (subject int, session int, trial int, outcome smallint NOT NULL, PRIMARY KEY (subject, session, trial), FOREIGN KEY (subject, session) REFERENCES session (subject, session))',
    'parent (parent int PRIMARY KEY)',
    'child (parent int, child int, value double NOT NULL, PRIMARY KEY (parent, child), FOREIGN KEY (parent) REFERENCES parent (parent))',
  ]) {
    await connection.query(`CREATE TABLE IF NOT EXISTS ${table}`)
  }
  const samples = Array.from({ length: SAMPLES }, (_, sample) => Object.values(sampleAt(sample)))
  let nextParent = 0

  const insertAll = async (table: string, rows: readonly (readonly (string | number)[])[]): Promise<void> => {
    await connection.beginTransaction()
    for (let start = 0; start < rows.length; start += BATCH) {
      const batch = rows.slice(start, start + BATCH)
      const places = batch.map((row) => `(${row.map(() => '?').join(',')})`).join(',')
      await connection.execute(`INSERT INTO ${table} VALUES ${places}`, batch.flat())
    }
    await connection.commit()
  }
  const fillSamples = async (): Promise<void> => {
    const [[row]] = await connection.query<RowDataPacket[]>('SELECT COUNT(*) AS n FROM sample')
    if (row?.['n'] === 0) await insertAll('sample', samples)
  }

  const work: Readonly<Record<Operation, () => Promise<number | null>>> = {
    insert: async () => {
      await connection.query('DELETE FROM sample')
      return time(() => insertAll('sample', samples))
    },
    'fetch-rows': async () => {
      await fillSamples()
      return time(() => connection.execute('SELECT sample, sample_time, channel, label, taken_at FROM sample'))
    },
    'fetch-columns': async () => {
      await fillSamples()
      return time(async () => {
        const sql = 'SELECT sample, sample_time, channel, label, taken_at FROM sample'
        await connection.execute({ sql, rowsAsArray: true })
      })
    },
    'restrict-by-keys': async () => {
      await fillSamples()
      const keys = JSON.stringify(Array.from({ length: KEYS }, (_, index) => index * 5))
      const sql =
        "SELECT COUNT(*) FROM sample JOIN JSON_TABLE(?, '$[*]' COLUMNS (k int PATH '$')) AS keys_ ON sample = keys_.k"
      return time(() => connection.execute(sql, [keys]))
    },
    'delete-levels': async () => {
      const { subjects, sessions, trials } = LEVELS
      const [a, b, c] = [subjects, sessions, trials].map((length) => Array.from({ length }, (_, index) => index))
      await insertAll('subject', a?.map((one) => [one]) ?? [])
      await insertAll('session', a?.flatMap((one) => b?.map((two) => [one, two]) ?? []) ?? [])
      await insertAll(
        'trial',
        a?.flatMap((one) => b?.flatMap((two) => c?.map((three) => [one, two, three, three % 3]) ?? []) ?? []) ?? [],
      )
      return time(async () => {
        await connection.beginTransaction()
        for (const table of ['trial', 'session', 'subject']) await connection.query(`DELETE FROM ${table}`)
        await connection.commit()
      })
    },
    'delete-among-many': async () => {
      const { parents, children } = FAMILIES
      if (nextParent === 0) {
        await insertAll(
          'parent',
          Array.from({ length: parents }, (_, parent) => [parent]),
        )
        for (let parent = 0; parent < parents; parent += 1) {
          await insertAll(
            'child',
            Array.from({ length: children }, (_, child) => [parent, child, child / 7]),
          )
        }
      }
      const parent = nextParent
      nextParent += 1
      return time(async () => {
        await connection.beginTransaction()
        for (const table of ['child', 'parent'])
          await connection.execute(`DELETE FROM ${table} WHERE parent = ?`, [parent])
        await connection.commit()
      })
    },
    open: async () => null,
  }
  const manifest = new URL('../../package.json', import.meta.url)
  return {
    name: 'mysql2 alone',
    version: /"mysql2": "([^"]+)"/.exec(await readFile(manifest, 'utf8'))?.[1] ?? '',
    run: (operation) => work[operation](),
    close: () => connection.end(),
  }
}
