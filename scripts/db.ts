/**
 * `npm run db [-- mariadb|mysql [version]]`: starts a database, MariaDB if none is named, says where it listens, and stops
 * it on Ctrl-C.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  mariadbVersions,
  mysqlVersions,
  type RunningServer,
  startMariadb,
  startMysql,
} from '../packages/servers/src/index.ts'
import { interruption } from './command.ts'

const onProgress = (message: string): void => console.error(message)
const [name = 'mariadb', wanted] = process.argv.slice(2)

const server = await start()
console.log(
  `${server.kind} ${server.version}: ${server.kind}://${server.user}:${server.password}@${server.host}:${server.port}`,
)
console.error('Ctrl-C stops it and removes its data.')
// asked again and again, because a server keeps no process alive, nor does a listener of signals
while (interruption() === null) await sleep(100)
await server.stop()

function start(): Promise<RunningServer> {
  switch (name) {
    case 'mariadb':
      return startMariadb({ version: oneOf(mariadbVersions), onProgress })
    case 'mysql':
      return startMysql({ version: oneOf(mysqlVersions), onProgress })
    default:
      throw new RangeError(`There is no \`${name}\` to start: give mariadb or mysql, and a version.`)
  }
}

function oneOf<Version extends string>(versions: readonly [Version, ...Version[]]): Version {
  if (wanted === undefined) return versions[0]
  const found = versions.find((version) => version === wanted)
  if (found === undefined) throw new RangeError(`There is no ${name} ${wanted} to start: give ${versions.join(', ')}.`)
  return found
}
