import type { Dialect } from '../../compile/dialect.ts'
import { innodbDialect } from '../innodb/dialect.ts'
import { variant } from './variant.ts'

/** MySQL 8.0, 8.4 and 9. */
export const mysql: Dialect = innodbDialect(variant)
