import type { Attribute } from '../attribute/attribute.ts'
import type { StoredValue } from '../attribute/storage.ts'
import type { SelectSyntax } from '../compile/select-syntax.ts'

/** The VALUES of a multi-row INSERT, `(?, ?), (?, ?)`, and what is bound to them: loops, because inserts spend their time here. */
export function insertValues(
  attributes: readonly Attribute[],
  rows: readonly (readonly StoredValue[])[],
  syntax: Pick<SelectSyntax, 'placeholder' | 'bound'>,
): { readonly places: string; readonly parameters: readonly StoredValue[] } {
  const storages = attributes.map(({ type }) => type.storage)
  const row = `(${storages.map((storage) => syntax.placeholder(storage)).join(', ')})`
  const parameters: StoredValue[] = []
  for (const values of rows) {
    let index = 0
    for (const storage of storages) {
      parameters.push(syntax.bound(values[index] ?? null, storage))
      index += 1
    }
  }
  return { places: `${`${row}, `.repeat(rows.length - 1)}${row}`, parameters }
}
