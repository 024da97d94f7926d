import type { Driver } from '../../driver/driver.ts'
import { openInnodb, type ServerSettings } from '../innodb/driver.ts'
import { variant } from './variant.ts'

export interface MysqlSettings extends ServerSettings {
  readonly kind: 'mysql'
}

/** Opens a pool of sessions with a MySQL server. */
export const openMysql = (settings: MysqlSettings): Promise<Driver> => openInnodb(settings, variant)
