import type { Dialect } from '../../compile/dialect.ts'
import { innodbDialect } from '../innodb/dialect.ts'
import { variant } from './variant.ts'

/** MariaDB 10.11 and newer. */
export const mariadb: Dialect = innodbDialect(variant)
