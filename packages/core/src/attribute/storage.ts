/** What a database keeps for one attribute. Each dialect gives every kind a column type. */
export type Storage =
  /** 53 bits are what a `number` holds exactly: counts and sums, which no column has. */
  | { readonly kind: 'integer'; readonly bits: 8 | 16 | 24 | 32 | 53 | 64; readonly unsigned?: true }
  /** `width` where the column says `tinyint(1)`, by which a client without markers knows a flag. */
  | { readonly kind: 'boolean'; readonly width?: 1 }
  /** With `precision` and `scale` the database rounds to that many digits. */
  | {
      readonly kind: 'float'
      readonly bits: 32 | 64
      readonly unsigned?: true
      readonly precision?: number
      readonly scale?: number
    }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number; readonly unsigned?: true }
  /** `length` counts characters, in the form `text` bytes: that of `tinytext` to `longtext`, which no index takes. */
  | { readonly kind: 'text'; readonly length: number; readonly form: 'char' | 'varchar' | 'text' }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'date' }
  /** `timestamp` where the column is one: the same values, in a shorter range. */
  | { readonly kind: 'datetime'; readonly fraction: number; readonly timestamp?: true }
  /** A time of day or a span, which may be negative and longer than a day. */
  | { readonly kind: 'time'; readonly fraction: number }
  | { readonly kind: 'year' }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'json' }
  /** `length` is the most bytes that fit; as many as the database can where it is not said. */
  | { readonly kind: 'bytes'; readonly length?: number }

/**
 * A value in the one canonical form of its storage kind, which is what gets bound to a statement and compared:
 * integer, boolean and year `bigint`; float `number`; decimal, text, enum, date, datetime, time and json `string`;
 * uuid (16 bytes) and bytes `Uint8Array`.
 */
export type StoredValue = null | bigint | number | string | Uint8Array

/** Whether two columns keep the same. */
export const isSameStorage = (left: Storage, right: Storage): boolean => spell(left) === spell(right)

/**
 * Whether a column that is there gives the rows that a definition asks for: the same, or one whose values all are of that
 * type, such as a `tinyint unsigned` for an int16. The database goes on enforcing its own range.
 */
export const serves = (stored: Storage, defined: Storage): boolean =>
  isSameStorage(stored, defined) ||
  isSameStorage(widened(stored), widened(defined, false)) ||
  (defined.kind === 'uuid' && stored.kind === 'bytes' && stored.length === 16)

/** The storage of core types in which all values of another fit; `numbers` also where that is a wider integer. */
function widened(storage: Storage, numbers = true): Storage {
  switch (storage.kind) {
    case 'boolean':
      return { kind: 'boolean' }
    case 'datetime':
      return { kind: 'datetime', fraction: storage.fraction }
    case 'bytes':
      return { kind: 'bytes' }
    case 'integer':
      return numbers ? { kind: 'integer', bits: widerBits(storage.bits, storage.unsigned ?? false) } : storage
    case 'year':
      return numbers ? { kind: 'integer', bits: 16 } : storage
    case 'float':
      return numbers ? { kind: 'float', bits: storage.bits } : storage
    default:
      return storage
  }
}

function widerBits(bits: 8 | 16 | 24 | 32 | 53 | 64, unsigned: boolean): 8 | 16 | 32 | 53 | 64 {
  if (bits === 24) return 32
  return unsigned ? ({ 8: 16, 16: 32, 32: 64, 53: 64, 64: 64 } as const)[bits] : bits
}

const spell = (storage: Storage): string =>
  JSON.stringify(Object.entries(storage).toSorted(([left], [right]) => (left < right ? -1 : 1)))
