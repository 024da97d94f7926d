/**
 * `npm run db [-- mariadb|mysql [version]]`: starts a database, MariaDB if none is named, says where it listens, and stops
 * it on Ctrl-C. `npm run db -- s3` starts an object store with the bucket `lab` in the same way.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { mariadbVersions, mysqlVersions, startMariadb, startMysql, startS3 } from '../packages/servers/src/index.ts'
import { interruption } from './command.ts'

const onProgress = (message: string): void => console.error(message)
const [name = 'mariadb', wanted] = process.argv.slice(2)

const { text, stop } = await start()
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
  const { kind, version, user, password, host, port } = server
  return { text: `${kind} ${version}: ${kind}://${user}:${password}@${host}:${port}`, stop: server.stop }
}

function startDatabase() {
  switch (name) {
    case 'mariadb':
      return startMariadb({ version: oneOf(mariadbVersions), onProgress })
    case 'mysql':
      return startMysql({ version: oneOf(mysqlVersions), onProgress })
    default:
      throw new RangeError(`There is no \`${name}\` to start: give mariadb or mysql and a version, or s3.`)
  }
}

function oneOf<Version extends string>(versions: readonly [Version, ...Version[]]): Version {
  if (wanted === undefined) return versions[0]
  const found = versions.find((version) => version === wanted)
  if (found === undefined) throw new RangeError(`There is no ${name} ${wanted} to start: give ${versions.join(', ')}.`)
  return found
}
