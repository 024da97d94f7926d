/** What happens while a table is populated. `key` is the primary key that is being made. */
export type PopulateEvent =
  /** `keys`: how many there are to make; `null` where they are taken from a queue, which others fill and empty meanwhile. */
  | { readonly kind: 'planned'; readonly table: string; readonly keys: number | null }
  | {
      readonly kind: 'started'
      readonly table: string
      readonly key: object
      readonly index: number
      readonly keys: number | null
      /** 1 for the first time that the key is tried. */
      readonly attempt: number
    }
  | {
      readonly kind: 'progress'
      readonly table: string
      readonly key: object
      readonly fraction: number
      readonly message: string | null
    }
  | { readonly kind: 'made'; readonly table: string; readonly key: object; readonly seconds: number }
  /** Somebody else made this key meanwhile, or took it over. */
  | {
      readonly kind: 'skipped'
      readonly table: string
      readonly key: object
      readonly reason: 'made-by-another' | 'taken-over'
    }
  /** The key failed, and is tried again in so many seconds. */
  | {
      readonly kind: 'retrying'
      readonly table: string
      readonly key: object
      readonly error: unknown
      readonly attempt: number
      readonly afterSeconds: number
    }
  | { readonly kind: 'failed'; readonly table: string; readonly key: object; readonly error: unknown }
