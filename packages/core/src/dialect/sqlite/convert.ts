import type { Storage } from '../../attribute/storage.ts'

/**
 * The value of a column in the form of another storage. Which values survive has been found out before: this rounds and cuts
 * nothing of those.
 */
export function writeConversion(column: string, from: Storage, to: Storage): string {
  switch (to.kind) {
    case 'integer':
    case 'boolean':
    case 'year':
      return isInteger(from) ? column : `CAST(${column} AS INTEGER)`
    case 'float':
    case 'decimal':
      return from.kind === 'float' || from.kind === 'decimal' ? column : `CAST(${column} AS REAL)`
    case 'text':
      // of NULL printf makes 0
      if (from.kind === 'decimal') return `iif(${column} IS NULL, NULL, printf('%.${from.scale}f', ${column}))`
      return isInteger(from) ? `CAST(${column} AS TEXT)` : column
    case 'date':
      return from.kind === 'datetime' ? `substr(${column}, 1, 10)` : column
    case 'datetime': {
      const digits = to.fraction === 0 ? '' : `.${'0'.repeat(to.fraction)}`
      if (from.kind === 'date') return `${column} || ' 00:00:00${digits}'`
      if (from.kind !== 'datetime' || from.fraction === to.fraction) return column
      return `substr(${column} || '${from.fraction === 0 ? digits : '0'.repeat(6)}', 1, ${19 + digits.length})`
    }
    default:
      return column
  }
}

const isInteger = ({ kind }: Storage): boolean => kind === 'integer' || kind === 'boolean' || kind === 'year'
