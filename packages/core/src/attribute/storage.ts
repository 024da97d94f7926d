/** What a database keeps for one attribute. Each dialect gives every kind a column type. */
export type Storage =
  | { readonly kind: 'integer'; readonly bits: 8 | 16 | 32 | 64 }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'float'; readonly bits: 32 | 64 }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'text'; readonly length: number; readonly fixed: boolean }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'date' }
  | { readonly kind: 'datetime'; readonly fraction: number }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'json' }
  | { readonly kind: 'bytes' }

/**
 * A value in the one canonical form of its storage kind, which is what gets bound to a statement and compared:
 * integer and boolean `bigint`; float `number`; decimal, text, enum, date, datetime and json `string`;
 * uuid (16 bytes) and bytes `Uint8Array`.
 */
export type StoredValue = null | bigint | number | string | Uint8Array
