/** What happens while a table is populated. `key` is the primary key that is being made. */
export type PopulateEvent =
  | { readonly kind: 'planned'; readonly table: string; readonly keys: number }
  | {
      readonly kind: 'started'
      readonly table: string
      readonly key: object
      readonly index: number
      readonly keys: number
    }
  | {
      readonly kind: 'progress'
      readonly table: string
      readonly key: object
      readonly fraction: number
      readonly message: string | null
    }
  | { readonly kind: 'made'; readonly table: string; readonly key: object; readonly seconds: number }
  /** Somebody else made this key meanwhile. */
  | { readonly kind: 'skipped'; readonly table: string; readonly key: object }
  | { readonly kind: 'failed'; readonly table: string; readonly key: object; readonly error: unknown }
