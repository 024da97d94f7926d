/** `npm run db`: starts the databases that the tests use, says where they listen, and stops them on Ctrl-C. */
import { setTimeout as sleep } from 'node:timers/promises'
import { startMariadb } from '../packages/servers/src/index.ts'
import { interruption } from './command.ts'

const server = await startMariadb({ onProgress: (message) => console.error(message) })
console.log(`MariaDB ${server.version}: mariadb://${server.user}:${server.password}@${server.host}:${server.port}`)
console.error('Ctrl-C stops it and removes its data.')
// asked again and again, because a server keeps no process alive, nor does a listener of signals
while (interruption() === null) await sleep(100)
await server.stop()
