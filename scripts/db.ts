/**
 * `npm run db [-- mariadb|mysql [version]]`: starts a database, MariaDB if none is named, says where it listens, and stops
 * it on Ctrl-C. `npm run db -- s3` starts an object store with the bucket `lab` in the same way.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { mariadbVersions, mysqlVersions, startMariadb, startMysql, startS3 } from '../packages/servers/src/index.ts'
import { interruption } from './command.ts'
import { helpIfAsked, refuse } from './usage.ts'

interface Started {
  /** What it is, and where it listens. */
  readonly text: string
  stop(): Promise<void>
}

const onProgress = (message: string): void => console.error(message)

/** What can be started, by name and version; the first version is started where none is named. */
const servers: ReadonlyMap<string, ReadonlyMap<string, () => Promise<Started>>> = new Map([
  [
    'mariadb',
    new Map(mariadbVersions.map((version) => [version, () => startDatabase(startMariadb({ version, onProgress }))])),
  ],
  [
    'mysql',
    new Map(mysqlVersions.map((version) => [version, () => startDatabase(startMysql({ version, onProgress }))])),
  ],
  ['s3', new Map([['', startStore]])],
])

const usage = `npm run db                       start MariaDB
npm run db -- mariadb [VERSION]  ${mariadbVersions.join(', ')}
npm run db -- mysql [VERSION]    ${mysqlVersions.join(', ')}
npm run db -- s3                 start an object store with the bucket \`lab\``

const parameters = process.argv.slice(2)
helpIfAsked(usage, parameters)
const [name = 'mariadb', version, ...others] = parameters
const versions = servers.get(name)
const start = versions?.get(version ?? [...versions.keys()][0] ?? '')
const what = versions === undefined ? `\`${name}\`` : parameters.join(' ')
if (start === undefined || others.length > 0) refuse(`There is no ${what} to start.`, usage)

const { text, stop } = await start().catch((error: unknown) => {
  if (!(error instanceof Error && 'code' in error)) throw error
  console.error(error.message)
  process.exit(1)
})
console.log(text)
console.error('Ctrl-C stops it and removes its data.')
// asked again and again, because a server keeps no process alive, nor does a listener of signals
while (interruption() === null) await sleep(100)
await stop()

async function startDatabase(starting: ReturnType<typeof startMariadb | typeof startMysql>): Promise<Started> {
  const server = await starting
  const { kind, user, password, host, port } = server.settings
  return { text: `${kind} ${server.version}: ${kind}://${user}:${password}@${host}:${port}`, stop: server.stop }
}

async function startStore(): Promise<Started> {
  const server = await startS3({ onProgress })
  const { program, version: of, endpoint, accessKey, secretKey } = server
  const text = `${program} ${of}: ${endpoint} bucket lab, access key ${accessKey}, secret key ${secretKey}`
  return { text, stop: server.stop }
}
