import { readFileSync } from 'node:fs'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readCodecType } from '../attribute/codec-type.ts'
import type { StoredValue } from '../attribute/storage.ts'
import { isRecorded } from '../blob/testing/recorded-value.ts'
import type { RecordedValue } from '../blob/testing/recorded-value.ts'
import { openStores } from '../store/stores.ts'
import { builtinCodecs } from './codecs.ts'
import { contextOn } from './testing/encode-context.ts'

interface RecordedRow {
  readonly stored: { readonly text?: string; readonly hex?: string } | null
  readonly compressed: boolean
  readonly fetched?: RecordedValue
  readonly fetched_file?: { readonly name: string; readonly hex: string }
}

const folder = join(import.meta.dirname, '../../../../fixtures/datajoint')
// the file is ours, and its README says what is in it
const { tables, schema } = JSON.parse(readFileSync(join(folder, 'stores-2.x.json'), 'utf8')) as {
  readonly schema: string
  readonly tables: Readonly<Record<string, { readonly definition: string; readonly rows: readonly RecordedRow[] }>>
}

const openRecorded = (at: string) =>
  openStores({
    stores: {
      local: { protocol: 'file', location: join(at, 'local') },
      folded: { protocol: 'file', location: join(at, 'folded'), hashPrefix: 'content', subfolding: [2, 2] },
    },
  })

const storedOf = ({ stored }: RecordedRow) =>
  stored === null ? null : (stored.text ?? new Uint8Array(Buffer.from(stored.hex ?? '', 'hex')))

function codecOf(definition: string) {
  const type = readCodecType(definition.split(': ').at(-1) ?? '')
  expect(type).not.toBe(null)
  return builtinCodecs.get(type ?? { codec: null, text: definition })
}

const hashed = Object.entries(tables).filter(([name]) => /^(Hash|Blob|Attach)/.test(name))

describe.each(hashed)('%s of Python datajoint 2.3.5', (_, { definition, rows }) => {
  test('is read as Python reads it', async () => {
    const stores = await openRecorded(join(folder, 'stores-2.x'))
    for (const row of rows) {
      const value = await codecOf(definition).decode(storedOf(row), { stores })
      expect(isFetched(value, row)).toBe(true)
    }
  })

  test('is written as Python writes it: what is stored already is found, and nothing is added', async () => {
    const copy = await mkdtemp(join(tmpdir(), 'neurojoint-store-'))
    onTestFinished(() => rm(copy, { recursive: true, force: true }))
    await cp(join(folder, 'stores-2.x'), copy, { recursive: true })
    const stores = await openRecorded(copy)
    const before = await readdir(copy, { recursive: true })
    const codec = codecOf(definition)
    for (const row of rows) {
      // compressed bytes are up to the zlib, and with them their hash
      if (row.compressed) continue
      const stored = await codec.encode(await codec.decode(storedOf(row), { stores }), contextOn(stores, { schema }))
      expect(formOf(stored)).toEqual(formOf(storedOf(row)))
    }
    expect(await readdir(copy, { recursive: true })).toEqual(before)
  })
})

function isFetched(value: unknown, { fetched, fetched_file: file }: RecordedRow): boolean {
  if (file === undefined) return isRecorded(value, fetched ?? { t: 'none' })
  return isDeepStrictEqual(value, { name: file.name, bytes: new Uint8Array(Buffer.from(file.hex, 'hex')) })
}

/** What must be the same whoever wrote it: the fields of an address whatever their order, the bytes of a value. */
function formOf(stored: StoredValue): unknown {
  return stored instanceof Uint8Array ? Buffer.from(stored).toString('hex') : JSON.parse(String(stored))
}
