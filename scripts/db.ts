/**
 * `npm run db [-- mariadb|mysql [version]]`: starts a database, MariaDB if none is named, says where it listens, and stops
 * it on Ctrl-C. `npm run db -- s3` starts an object store with the bucket `lab` in the same way.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { mariadbVersions, mysqlVersions, startMariadb, startMysql, startS3 } from '../packages/servers/src/index.ts'
import { interruption } from './command.ts'

const onProgress = (message: string): void => console.error(message)
const [name = 'mariadb', wanted] = process.argv.slice(2)
const usage = `npm run db                       start MariaDB
npm run db -- mariadb [VERSION]  ${mariadbVersions.join(', ')}
npm run db -- mysql [VERSION]    ${mysqlVersions.join(', ')}
npm run db -- s3                 start an object store with the bucket \`lab\``

if (name === '--help' || name === '-h' || name === 'help') {
  console.log(usage)
  process.exit()
}

const { text, stop } = await start().catch((error: unknown) => {
  const isOurs = error instanceof RangeError || (error instanceof Error && 'code' in error)
  if (!isOurs) throw error
  console.error(error instanceof RangeError ? `${error.message}\n${usage}` : error.message)
  process.exit(error instanceof RangeError ? 2 : 1)
})
console.log(text)
console.error('Ctrl-C stops it and removes its data.')
// asked again and again, because a server keeps no process alive, nor does a listener of signals
while (interruption() === null) await sleep(100)
await stop()

/** The server that was asked for, and where it is. */
async function start(): Promise<{ readonly text: string; stop(): Promise<void> }> {
  if (name === 's3') {
    const server = await startS3({ onProgress })
    const { program, version, endpoint, accessKey, secretKey } = server
    const text = `${program} ${version}: ${endpoint} bucket lab, access key ${accessKey}, secret key ${secretKey}`
    return { text, stop: server.stop }
  }
  const server = await startDatabase()
  const { kind, user, password, host, port } = server.settings
  return { text: `${kind} ${server.version}: ${kind}://${user}:${password}@${host}:${port}`, stop: server.stop }
}

function startDatabase() {
  switch (name) {
    case 'mariadb':
      return startMariadb({ version: oneOf(mariadbVersions), onProgress })
    case 'mysql':
      return startMysql({ version: oneOf(mysqlVersions), onProgress })
    default:
      throw new RangeError(`There is no \`${name}\` to start.`)
  }
}

function oneOf<Version extends string>(versions: readonly [Version, ...Version[]]): Version {
  if (wanted === undefined) return versions[0]
  const found = versions.find((version) => version === wanted)
  if (found === undefined) throw new RangeError(`There is no ${name} ${wanted} to start.`)
  return found
}
