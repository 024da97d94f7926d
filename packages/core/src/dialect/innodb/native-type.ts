import type { AttributeType } from '../../attribute/attribute.ts'
import { readQuoted } from '../../attribute/quoted-text.ts'
import type { Storage } from '../../attribute/storage.ts'

const texts: Readonly<Record<string, number>> = {
  tinytext: 255,
  text: 65_535,
  mediumtext: 2 ** 24 - 1,
  longtext: 2 ** 32 - 1,
}

/** The type of a column that has no marker, under its own name: `int unsigned`, `timestamp`, `mediumtext`. */
export function nativeTypeOf(columnType: string): AttributeType {
  // widths of integers say how to print them; that of tinyint(1) says that it is a flag
  const text = columnType.replace(/^(tinyint|smallint|mediumint|int|bigint|year)\((?!1\))\d+\)/, '$1')
  return { text, storage: storageOf(text), codec: null }
}

function storageOf(text: string): Storage {
  const [, name = '', inside = '', rest = ''] = /^(\w+)(?:\((.*)\))?(.*)$/s.exec(text) ?? []
  const [first = 0, second = 0] = inside.split(',').map(Number)
  const unsigned = rest.includes('unsigned')
  switch (name) {
    case 'tinyint':
      return inside === '1' ? { kind: 'boolean' } : { kind: 'integer', bits: unsigned ? 16 : 8 }
    case 'smallint':
      return { kind: 'integer', bits: unsigned ? 32 : 16 }
    case 'year':
      return { kind: 'integer', bits: 16 }
    case 'mediumint':
      return { kind: 'integer', bits: 32 }
    case 'int':
      return { kind: 'integer', bits: unsigned ? 64 : 32 }
    case 'bigint':
      return { kind: 'integer', bits: 64 }
    case 'float':
      return { kind: 'float', bits: 32 }
    case 'double':
      return { kind: 'float', bits: 64 }
    case 'decimal':
      return { kind: 'decimal', precision: first, scale: second }
    case 'char':
    case 'varchar':
      return { kind: 'text', length: first, fixed: name === 'char' }
    case 'enum':
      return { kind: 'enum', values: readList(inside) }
    case 'date':
      return { kind: 'date' }
    case 'datetime':
    case 'timestamp':
      return { kind: 'datetime', fraction: first }
    case 'json':
      return { kind: 'json' }
    case 'time':
      return { kind: 'text', length: 17, fixed: false }
    case 'tinytext':
    case 'text':
    case 'mediumtext':
    case 'longtext':
      return { kind: 'text', length: texts[name] ?? 0, fixed: false }
    case 'set':
      return { kind: 'text', length: 65_535, fixed: false }
    default:
      return { kind: 'bytes' }
  }
}

function readList(text: string): readonly string[] {
  const values: string[] = []
  for (let at = 0; ;) {
    const item = readQuoted(text, at)
    if (!item) return values
    values.push(item.value)
    at = item.end + 1
  }
}
