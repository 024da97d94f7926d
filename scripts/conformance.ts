/**
 * `npm run conformance -- <folder> [database...]`: evaluates the expressions of a recorded set (`schemas.json`, `schemas.sql`,
 * `cases.jsonl`) on SQLite, MariaDB and MySQL, and compares with what Python DataJoint gave. A database is `sqlite`, or
 * `mariadb` or `mysql` with or without a version: `mysql:8.0`. Ends with 1 where a difference is not explained.
 */
import { resolve } from 'node:path'
import { declareRecorded } from '../packages/core/conformance/declare-recorded.ts'
import { loadServer, loadSqlite } from '../packages/core/conformance/load.ts'
import { readRecordedSet } from '../packages/core/conformance/recorded.ts'
import { formatReport, unexplained } from '../packages/core/conformance/report.ts'
import { type LoadedDatabase, runCases } from '../packages/core/conformance/run-cases.ts'
import {
  mariadbVersions,
  mysqlVersions,
  type RunningServer,
  startMariadb,
  startMysql,
} from '../packages/servers/src/index.ts'

const onProgress = (message: string): void => console.error(message)

/** How each database is run on, by the name that asks for it. */
const databases: Readonly<Record<string, () => Promise<void>>> = {
  sqlite: runOnSqlite,
  mariadb: async () => runOn(await startMariadb({ onProgress })),
  mysql: async () => runOn(await startMysql({ onProgress })),
  ...Object.fromEntries(
    mariadbVersions.map((version) => [
      `mariadb:${version}`,
      async () => runOn(await startMariadb({ version, onProgress })),
    ]),
  ),
  ...Object.fromEntries(
    mysqlVersions.map((version) => [`mysql:${version}`, async () => runOn(await startMysql({ version, onProgress }))]),
  ),
}

const [folder, ...given] = process.argv.slice(2)
const wanted = given.length === 0 ? ['sqlite', 'mariadb', 'mysql'] : given
if (folder === undefined || wanted.some((name) => !Object.hasOwn(databases, name))) {
  console.error(`Usage: npm run conformance -- <folder> [${Object.keys(databases).join('] [')}]`)
  process.exit(2)
}
const { set, schemas } = await readRecordedSet(resolve(folder))
  .then((read) => ({ set: read, schemas: declareRecorded(read.schemas) }))
  .catch((error: unknown) => {
    console.error(`${folder} cannot be read as a recorded set: ${String(error)}`)
    process.exit(2)
  })
for (const line of set.unreadable) console.error(`Left out ${line}`)
if (set.unreadable.length > 0) process.exitCode = 1

for (const name of wanted) {
  try {
    await databases[name]?.()
  } catch (error) {
    // the others are still run
    console.error(`${name} could not be run on:`, error)
    process.exitCode = 1
  }
}

async function runOnSqlite(): Promise<void> {
  await using database = await loadSqlite(set.dump, schemas)
  await run('SQLite', database)
}

async function runOn(server: RunningServer<'mariadb'> | RunningServer<'mysql'>): Promise<void> {
  try {
    await using database = await loadServer(server.settings, set.dump, schemas)
    await run(`${server.settings.kind === 'mysql' ? 'MySQL' : 'MariaDB'} ${server.version}`, database)
  } finally {
    await server.stop()
  }
}

async function run(name: string, database: LoadedDatabase): Promise<void> {
  const outcomes = await runCases(database, schemas, set.cases)
  console.log(formatReport(name, outcomes))
  if (unexplained(outcomes).length > 0) process.exitCode = 1
}
