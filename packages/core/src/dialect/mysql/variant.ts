import type { Variant } from '../innodb/variant.ts'
import { fromRaw } from './from-raw.ts'
import { readDefault } from './read-default.ts'

const collation = 'utf8mb4_0900_bin'

/** MySQL 8.0.17 and newer. */
export const variant: Variant = {
  name: 'mysql',
  collation,
  sessionSettings: [
    // that of what JSON functions give: two binary ones do not mix; that of columns outdoes it
    'NAMES utf8mb4 COLLATE utf8mb4_bin',
    "SESSION time_zone = '+00:00'",
    // whoever reads a table row by row may take longer for some than the minute that a server waits
    'SESSION net_write_timeout = 28800',
    "SESSION sql_mode = 'NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY'",
  ],
  functionalIndexes: true,
  anyValue: true,
  jsonHyphens: true,
  jsonIsText: false,
  subqueriesOnce: false,
  syntax: {
    // a subquery with a LIMIT is evaluated by itself
    fence: ' LIMIT 18446744073709551615',
    // with NULL left out, the list is read once, and looked up
    notIn: (columns, isIn) =>
      `(${columns.map((column) => `${column} IS NOT NULL`).join(' AND ')} AND (${isIn}) IS NOT TRUE)`,
  },
  fromRaw,
  readDefault,
}
