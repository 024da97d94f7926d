import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { StoreLayout } from '../../store/settings.ts'
import { openStores, type Stores } from '../../store/stores.ts'
import type { EncodeContext } from '../codec.ts'

/** A folder for the length of one test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-codec-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Where values of one row go that has no key: to `x` of the table `trace` of the schema `lab`. */
export const contextOn = (stores: Stores, place: Partial<EncodeContext> = {}): EncodeContext => ({
  schema: 'lab',
  table: 'trace',
  attribute: 'x',
  key: [],
  stores,
  track: () => {},
  ...place,
})

/** The same with stores of those names, all of them in one folder. */
export async function temporaryContext(...names: readonly string[]): Promise<EncodeContext> {
  return contextOn(await storesIn(await temporaryFolder(), names))
}

export const storesIn = (folder: string, names: readonly string[], layout: StoreLayout = {}): Promise<Stores> =>
  openStores({
    stores: Object.fromEntries(names.map((name) => [name, { protocol: 'file', location: folder, ...layout }] as const)),
  })
