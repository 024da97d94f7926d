/**
 * `npm run conformance -- <folder> [database...]`: evaluates the expressions of a recorded set (`schemas.json`, `schemas.sql`,
 * `cases.jsonl`) on SQLite, MariaDB and MySQL, and compares with what Python DataJoint gave. Ends with 1 where a difference
 * is not explained.
 */
import { resolve } from 'node:path'
import { declareRecorded } from '../packages/core/conformance/declare-recorded.ts'
import { loadServer, loadSqlite } from '../packages/core/conformance/load.ts'
import { readRecordedSet } from '../packages/core/conformance/recorded.ts'
import { formatReport, unexplained } from '../packages/core/conformance/report.ts'
import { type LoadedDatabase, runCases } from '../packages/core/conformance/run-cases.ts'
import { type RunningServer, startMariadb, startMysql } from '../packages/servers/src/index.ts'

const [folder, ...wanted] = process.argv.slice(2)
const unknown = wanted.filter((name) => !['sqlite', 'mariadb', 'mysql'].includes(name))
if (folder === undefined || unknown.length > 0) {
  console.error('Usage: npm run conformance -- <folder> [sqlite] [mariadb] [mysql]')
  process.exit(2)
}
const set = await readRecordedSet(resolve(folder))
const schemas = declareRecorded(set.schemas)
const onProgress = (message: string): void => console.error(message)

if (isWanted('sqlite')) {
  await using database = await loadSqlite(set.dump, schemas)
  await run('SQLite', database)
}
if (isWanted('mariadb')) await runOn(await startMariadb({ onProgress }))
if (isWanted('mysql')) await runOn(await startMysql({ onProgress }))

function isWanted(name: string): boolean {
  return wanted.length === 0 || wanted.includes(name)
}

async function runOn(server: RunningServer<'mariadb'> | RunningServer<'mysql'>): Promise<void> {
  try {
    await using database = await loadServer(server, set.dump, schemas)
    await run(`${server.kind === 'mysql' ? 'MySQL' : 'MariaDB'} ${server.version}`, database)
  } finally {
    await server.stop()
  }
}

async function run(name: string, database: LoadedDatabase): Promise<void> {
  const outcomes = await runCases(database, schemas, set.cases)
  console.log(formatReport(name, outcomes))
  if (unexplained(outcomes).length > 0) process.exitCode = 1
}
