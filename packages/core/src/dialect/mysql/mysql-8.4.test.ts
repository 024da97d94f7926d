import { startMysql } from '@neurojoint/servers'
import { testVersion } from '../../testing/dialect/test-version.ts'

await testVersion('MySQL 8.4', () => startMysql({ version: '8.4' }))
