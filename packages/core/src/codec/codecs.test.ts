import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ndarray } from '@neurojoint/arrays'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openStores } from '../store/stores.ts'
import { builtinCodecs } from './codecs.ts'
import type { Codec } from './codec.ts'

const typeOf = (name: string, store: string | null) => ({ codec: { name, store }, text: `<${name}>` })

async function temporaryContext(...names: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-store-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const settings = names.map((name) => [name, { protocol: 'file', location: folder }] as const)
  return { schema: 'lab', stores: await openStores({ stores: Object.fromEntries(settings) }) }
}

const example = ndarray(new BigInt64Array([0n, 1n, 2n]), [3], 'F')

describe('<blob>', () => {
  test('is kept as bytes in the table', async () => {
    const codec = builtinCodecs.get(typeOf('blob', null))
    const context = await temporaryContext()
    const stored = await codec.encode(example, context)
    expect(codec.storage).toEqual({ kind: 'bytes' })
    expect(stored).toHaveLength(53)
    expect(await codec.decode(stored, context)).toEqual(example)
  })

  test('is kept in a store under its hash, with its address in the table', async () => {
    const codec = builtinCodecs.get(typeOf('blob', 'local'))
    const context = await temporaryContext('local')
    const stored = await codec.encode(example, context)
    expect(codec.storage).toEqual({ kind: 'json' })
    expect(JSON.parse(String(stored))).toEqual({
      hash: 'ntbkwkogoaeivvblrks3iudwiy',
      path: '_hash/lab/ntbkwkogoaeivvblrks3iudwiy',
      schema: 'lab',
      store: 'local',
      size: 53,
    })
    expect(await codec.decode(stored, context)).toEqual(example)
  })

  test('without the name of a store goes to the default one, which is named in the table', async () => {
    const codec = builtinCodecs.get(typeOf('blob', ''))
    const context = await temporaryContext('local')
    expect(JSON.parse(String(await codec.encode(example, context)))).toMatchObject({ store: 'local' })
  })

  test('is read from the store that its address names', async () => {
    const context = await temporaryContext('old', 'new')
    const stored = await builtinCodecs.get(typeOf('blob', 'old')).encode(example, context)
    expect(await builtinCodecs.get(typeOf('blob', 'new')).decode(stored, context)).toEqual(example)
  })

  test('null is NULL, and NULL is null', async () => {
    const codec = builtinCodecs.get(typeOf('blob', 'local'))
    const context = await temporaryContext()
    expect(await codec.encode(null, context)).toBe(null)
    expect(await codec.decode(null, context)).toBe(null)
  })

  test.each([
    ['no JSON', 'abc'],
    ['other JSON', '{"path": "x"}'],
    ['a number for a hash', '{"hash": 1, "path": "x", "store": "local"}'],
    ['bytes', new Uint8Array(3)],
  ])('%s in place of an address is refused', async (_, stored) => {
    const decoding = builtinCodecs.get(typeOf('blob', 'local')).decode(stored, await temporaryContext('local'))
    await expect(decoding).rejects.toMatchObject({ code: 'invalid-stored-value', codec: 'blob' })
  })

  test('an address that leaves the store is refused', async () => {
    const stored = '{"hash": "x", "path": "../../etc/passwd", "store": "local"}'
    const decoding = builtinCodecs.get(typeOf('blob', 'local')).decode(stored, await temporaryContext('local'))
    await expect(decoding).rejects.toMatchObject({ code: 'invalid-object-path' })
  })

  test('text where bytes should be is refused', async () => {
    const decoding = builtinCodecs.get(typeOf('blob', null)).decode('abc', await temporaryContext())
    await expect(decoding).rejects.toMatchObject({ code: 'invalid-stored-value' })
  })
})

describe('<hash>', () => {
  test('keeps bytes as they are', async () => {
    const codec = builtinCodecs.get(typeOf('hash', 'local'))
    const context = await temporaryContext('local')
    const stored = await codec.encode(Buffer.from('abc'), context)
    expect(JSON.parse(String(stored))).toMatchObject({ hash: 'saavbgb42jh3bvuwh56sryl7oi', size: 3 })
    expect(await codec.decode(stored, context)).toEqual(new Uint8Array([97, 98, 99]))
    await expect(codec.encode('abc', context)).rejects.toMatchObject({ code: 'codec-value', codec: 'hash' })
  })

  test('needs a store', () => {
    const needed = { code: 'codec-store', codec: 'hash' }
    expect(() => builtinCodecs.get(typeOf('hash', null))).toThrow(expect.objectContaining(needed))
  })
})

describe('<attach>', () => {
  test.each([null, 'local'])('keeps a file with its name in %s', async (store) => {
    const codec = builtinCodecs.get(typeOf('attach', store))
    const context = await temporaryContext('local')
    const file = { name: 'übung-日本.dat', bytes: new Uint8Array([0, 1, 2]) }
    expect(await codec.decode(await codec.encode(file, context), context)).toEqual(file)
  })

  test.each([
    { name: '../x', bytes: new Uint8Array(1) },
    { name: '', bytes: new Uint8Array(1) },
    { name: 'x' },
    'x.txt',
  ])('refuses %o', async (value) => {
    const encoding = builtinCodecs.get(typeOf('attach', null)).encode(value, await temporaryContext())
    await expect(encoding).rejects.toMatchObject({ code: 'codec-value', codec: 'attach' })
  })

  test.each(['abc', '../x\0abc', '\0abc'])('refuses %j as a stored file', async (text) => {
    const decoding = builtinCodecs.get(typeOf('attach', null)).decode(Buffer.from(text), await temporaryContext())
    await expect(decoding).rejects.toMatchObject({ code: 'invalid-stored-value' })
  })
})

describe('a set of codecs', () => {
  const upperCase: Codec = {
    name: 'upper',
    storage: () => ({ kind: 'bytes' }),
    encode: async (value) => Buffer.from(String(value).toUpperCase()),
    decode: async (stored) => Buffer.from(stored instanceof Uint8Array ? stored : []).toString(),
  }

  test('an unknown codec is refused with those at hand', () => {
    const unknown = { code: 'unknown-codec', codec: 'zarr', known: ['blob', 'hash', 'attach'] }
    expect(() => builtinCodecs.get(typeOf('zarr', 'local'))).toThrow(expect.objectContaining(unknown))
  })

  test('takes one more without being changed', async () => {
    const codecs = builtinCodecs.with(upperCase)
    const context = await temporaryContext()
    const codec = codecs.get(typeOf('upper', null))
    expect(await codec.decode(await codec.encode('abc', context), context)).toBe('ABC')
    expect(builtinCodecs.names).toEqual(['blob', 'hash', 'attach'])
  })
})
