import type { Driver } from '../../driver/driver.ts'
import { openInnodb, type ServerSettings } from '../innodb/driver.ts'
import { variant } from './variant.ts'

export interface MariadbSettings extends ServerSettings {
  readonly kind: 'mariadb'
}

/** Opens a pool of sessions with a MariaDB server. */
export const openMariadb = (settings: MariadbSettings): Promise<Driver> => openInnodb(settings, variant)
