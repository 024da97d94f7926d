import { readFile } from 'node:fs/promises'
import { createConnection } from 'mysql2/promise'
import { BLOBS, type Contestant, type Operation, randomDoubles, type Server, time, traces } from './operations.ts'

/** A statement of these is smaller than the 16 MB that a server takes by default. */
const BATCH = 100

/** The driver alone, without packing or compressing anything: what could at best be had of bytes as they are. */
export async function mysql2(server: Server): Promise<Contestant> {
  const connection = await createConnection({ ...server, charset: 'utf8mb4' })
  await connection.query('CREATE DATABASE IF NOT EXISTS bench_blobs_mysql2 CHARACTER SET utf8mb4')
  await connection.query('USE bench_blobs_mysql2')
  for (const table of ['random', 'trace'])
    await connection.query(
      `CREATE TABLE IF NOT EXISTS ${table} (recording int PRIMARY KEY, \`values\` longblob NOT NULL)`,
    )
  const rowsOf = (values: () => Float64Array | Int16Array) =>
    Array.from({ length: BLOBS }, (_, recording) => [recording, Buffer.from(values().buffer)])
  const [random, trace] = [rowsOf(randomDoubles), rowsOf(traces)]
  const insert = async (table: string, rows: typeof random): Promise<number> => {
    await connection.query(`DELETE FROM ${table}`)
    return time(async () => {
      await connection.beginTransaction()
      for (let start = 0; start < BLOBS; start += BATCH) {
        const places = Array(BATCH).fill('(?,?)').join(',')
        await connection.execute(`INSERT INTO ${table} VALUES ${places}`, rows.slice(start, start + BATCH).flat())
      }
      await connection.commit()
    })
  }
  const fetch = (table: string): Promise<number> => time(() => connection.execute(`SELECT * FROM ${table}`))
  const work: Readonly<Record<Operation, () => Promise<number>>> = {
    'random-in': () => insert('random', random),
    'random-out': () => fetch('random'),
    'traces-in': () => insert('trace', trace),
    'traces-out': () => fetch('trace'),
  }
  const manifest = new URL('../../package.json', import.meta.url)
  return {
    name: 'mysql2 alone, bytes as they are',
    version: /"mysql2": "([^"]+)"/.exec(await readFile(manifest, 'utf8'))?.[1] ?? '',
    run: (operation) => work[operation](),
    close: () => connection.end(),
  }
}
