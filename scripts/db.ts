/** `npm run db`: starts the databases that the tests use, says where they listen, and stops them on Ctrl-C. */
import { once } from 'node:events'
import { startMariadb } from '../packages/servers/src/index.ts'

const server = await startMariadb({ onProgress: (message) => console.error(message) })
console.log(`MariaDB ${server.version}: mariadb://${server.user}:${server.password}@${server.host}:${server.port}`)
console.error('Ctrl-C stops it and removes its data.')
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
await server.stop()
