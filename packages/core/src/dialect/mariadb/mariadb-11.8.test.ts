import { startMariadb } from '@neurojoint/servers'
import { testVersion } from '../../testing/dialect/test-version.ts'

await testVersion('MariaDB 11.8', () => startMariadb({ version: '11.8' }))
