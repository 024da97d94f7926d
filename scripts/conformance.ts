/**
 * `npm run conformance -- <folder> [database...]`: evaluates the expressions of a recorded set (`schemas.json`, `schemas.sql`,
 * `cases.jsonl`) on SQLite, MariaDB and MySQL, and compares with what Python DataJoint gave. A database is `sqlite`,
 * `mariadb` or `mysql` with or without a version, `mysql:8.0`, or one that runs already, such as `npm run db` tells:
 * `mariadb://root@127.0.0.1:3306`. Ends with 1 where a difference is not explained.
 */
import { resolve } from 'node:path'
import { declareRecorded } from '../packages/core/conformance/declare-recorded.ts'
import { loadServer, loadSqlite, type Server } from '../packages/core/conformance/load.ts'
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
import { helpIfAsked, refuse } from './usage.ts'

const onProgress = (message: string): void => console.error(message)

/** How each database is run on, by the name that asks for it. */
const databases: Readonly<Record<string, () => Promise<void>>> = {
  sqlite: runOnSqlite,
  mariadb: () => runOnStarted(startMariadb({ onProgress })),
  mysql: () => runOnStarted(startMysql({ onProgress })),
  ...Object.fromEntries(
    mariadbVersions.map((version) => [`mariadb:${version}`, () => runOnStarted(startMariadb({ version, onProgress }))]),
  ),
  ...Object.fromEntries(
    mysqlVersions.map((version) => [`mysql:${version}`, () => runOnStarted(startMysql({ version, onProgress }))]),
  ),
}

const usage = `npm run conformance -- <folder>                 on SQLite, MariaDB and MySQL
npm run conformance -- <folder> <database>...   on ${Object.keys(databases).join(', ')}
                                                or on one that runs: mariadb://<user>:<password>@<host>:<port>, mysql://…`
const parameters = process.argv.slice(2)
helpIfAsked(usage, parameters)
const [folder, ...given] = parameters
if (folder === undefined) refuse('Say which folder: fixtures/datajoint/algebra has a recorded set.', usage)
const unknown = given.find((name) => !Object.hasOwn(databases, name) && readServer(name) === null)
if (unknown !== undefined) refuse(`There is no database \`${unknown}\`.`, usage)
const wanted = given.length === 0 ? ['sqlite', 'mariadb', 'mysql'] : given
// a path counts from where npm was called
const { set, schemas } = await readRecordedSet(resolve(process.env['INIT_CWD'] ?? '.', folder))
  .then((read) => ({ set: read, schemas: declareRecorded(read.schemas) }))
  .catch((error: unknown) => {
    console.error(`${folder} cannot be read as a recorded set: ${String(error)}`)
    process.exit(2)
  })
for (const line of set.unreadable) console.error(`Left out ${line}`)
if (set.unreadable.length > 0) process.exitCode = 1

for (const name of wanted) {
  const server = readServer(name)
  // without the password
  const title = server ? `${server.kind} at ${server.host}:${server.port}` : name
  try {
    await (server ? runOn(server, title) : databases[name]?.())
  } catch (error) {
    // the others are still run
    console.error(`${title} could not be run on:`, error)
    process.exitCode = 1
  }
}

async function runOnSqlite(): Promise<void> {
  await using database = await loadSqlite(set.dump, schemas)
  await run('SQLite', database)
}

async function runOnStarted(starting: Promise<RunningServer<Server['kind']>>): Promise<void> {
  const server = await starting
  try {
    await runOn(server.settings, `${server.settings.kind === 'mysql' ? 'MySQL' : 'MariaDB'} ${server.version}`)
  } finally {
    await server.stop()
  }
}

async function runOn(server: Server, name: string): Promise<void> {
  await using database = await loadServer(server, set.dump, schemas)
  await run(name, database)
}

/** How to connect with a server that runs already; `null` where `text` tells of none. */
function readServer(text: string): Server | null {
  const url = URL.parse(text)
  const kind = url?.protocol.slice(0, -1)
  if (!url || (kind !== 'mariadb' && kind !== 'mysql') || url.hostname === '') return null
  return {
    kind,
    host: url.hostname,
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username || 'root'),
    password: decodeURIComponent(url.password),
  }
}

async function run(name: string, database: LoadedDatabase): Promise<void> {
  const outcomes = await runCases(database, schemas, set.cases)
  console.log(formatReport(name, outcomes))
  if (unexplained(outcomes).length > 0) process.exitCode = 1
}
