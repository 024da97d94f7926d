import type { Flatten } from '../definition/types.ts'

/** An attribute to keep, or new names for some: `{ new: 'old' }`. */
export type Selection<Row extends object> = (keyof Row & string) | { readonly [renamed: string]: keyof Row & string }

type Intersect<U> = (U extends unknown ? (member: U) => void : never) extends (member: infer I) => void ? I : never
type Renames<S extends readonly unknown[]> =
  Extract<S[number], object> extends never ? {} : Intersect<Extract<S[number], object>>
type Originals<S extends readonly unknown[]> = Renames<S>[keyof Renames<S>]
type Renamed<Values, S extends readonly unknown[]> = {
  -readonly [
    N in keyof Renames<S> as Renames<S>[N] extends keyof Values ? N : never
  ]: Renames<S>[N] extends keyof Values ? Values[Renames<S>[N]] : never
}

/** The key after a projection: all of it, under its new names; what keeps its own name too is in the key under that. */
export type ProjectedKey<Key extends object, S extends readonly unknown[]> = Flatten<
  { [K in keyof Key as K extends Exclude<Originals<S>, S[number]> ? never : K]: Key[K] } & Renamed<
    Omit<Key, Extract<S[number], string>>,
    S
  >
>

export type ProjectedRow<Key extends object, Row extends object, S extends readonly unknown[]> = Flatten<
  ProjectedKey<Key, S> & { [K in keyof Row as K extends S[number] ? K : never]: Row[K] } & Renamed<Row, S>
>

/** Name after the projection to name before it. */
export function columnsOf(selections: readonly unknown[]): Readonly<Record<string, string>> {
  const columns: Record<string, string> = {}
  for (const selection of selections) {
    if (typeof selection === 'string') columns[selection] = selection
    else if (typeof selection === 'object' && selection !== null) {
      for (const [renamed, original] of Object.entries(selection)) columns[renamed] = String(original)
    }
  }
  return columns
}
