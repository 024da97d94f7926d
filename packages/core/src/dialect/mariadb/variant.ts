import { fromRaw } from '../innodb/from-raw.ts'
import type { Variant } from '../innodb/variant.ts'
import { readDefault } from './read-default.ts'

const collation = 'utf8mb4_nopad_bin'

/** MariaDB 10.11 and newer. */
export const variant: Variant = {
  name: 'mariadb',
  collation,
  sessionSettings: [
    `NAMES utf8mb4 COLLATE ${collation}`,
    "SESSION time_zone = '+00:00'",
    // whoever reads a table row by row may take longer for some than the minute that a server waits
    'SESSION net_write_timeout = 28800',
    "SESSION sql_mode = 'NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY'",
    // else EXISTS over a grouped derived table returns too few rows under some plans (MariaDB 10.11.19)
    "SESSION optimizer_switch = 'split_materialized=off'",
  ],
  functionalIndexes: false,
  anyValue: false,
  jsonHyphens: false,
  jsonIsText: true,
  // it takes subqueries apart and forgets: columns become unknown, or mixed with aggregate functions (10.11 and 11.8)
  subqueriesOnce: true,
  // a subquery with a LIMIT is evaluated by itself
  syntax: { fence: ' LIMIT 18446744073709551615' },
  fromRaw,
  readDefault,
}
