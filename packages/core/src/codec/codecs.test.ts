import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ndarray } from '@neurojoint/arrays'
import { describe, expect, test } from 'vitest'
import { builtinCodecs, codecsOf } from './codecs.ts'
import { type Codec, defineCodec } from './define-codec.ts'
import { temporaryContext, temporaryFolder } from './testing/encode-context.ts'

const typeOf = (name: string, store: string | null) => ({ codec: { name, store }, text: `<${name}>` })

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

  test.each([null, 'local'])('takes a file of this machine by its path or URL into %s', async (store) => {
    const codec = builtinCodecs.get(typeOf('attach', store))
    const context = await temporaryContext('local')
    const file = join(await temporaryFolder(), 'notes.txt')
    await writeFile(file, 'hello')
    for (const given of [file, pathToFileURL(file)]) {
      expect(await codec.decode(await codec.encode(given, context), context)).toEqual({
        name: 'notes.txt',
        bytes: new Uint8Array(Buffer.from('hello')),
      })
    }
  })

  test('keeps a file of this machine in a store under the hash that its bytes would have', async () => {
    const codec = builtinCodecs.get(typeOf('attach', 'local'))
    const context = await temporaryContext('local')
    const bytes = new Uint8Array(3 * 2 ** 20).map((_, index) => index % 251)
    const file = join(await temporaryFolder(), 'large.bin')
    await writeFile(file, bytes)
    expect(await codec.encode(file, context)).toBe(await codec.encode({ name: 'large.bin', bytes }, context))
  })

  test('refuses a file that is not there, a folder and a relative path', async () => {
    const codec = builtinCodecs.get(typeOf('attach', null))
    const context = await temporaryContext()
    const folder = await temporaryFolder()
    for (const given of [join(folder, 'none'), folder, 'notes.txt', new URL('https://example.org/x')]) {
      await expect(codec.encode(given, context)).rejects.toMatchObject({ code: 'local-file' })
    }
  })

  test.each([{ name: '../x', bytes: new Uint8Array(1) }, { name: '', bytes: new Uint8Array(1) }, { name: 'x' }, 5])(
    'refuses %o',
    async (value) => {
      const encoding = builtinCodecs.get(typeOf('attach', null)).encode(value, await temporaryContext())
      await expect(encoding).rejects.toMatchObject({ code: 'codec-value', codec: 'attach' })
    },
  )

  test.each(['abc', '../x\0abc', '\0abc'])('refuses %j as a stored file', async (text) => {
    const decoding = builtinCodecs.get(typeOf('attach', null)).decode(Buffer.from(text), await temporaryContext())
    await expect(decoding).rejects.toMatchObject({ code: 'invalid-stored-value' })
  })
})

describe('a set of codecs', () => {
  test('an unknown codec is refused with those at hand', () => {
    const unknown = { code: 'unknown-codec', codec: 'zarr', known: expect.arrayContaining(['blob', 'npy']) }
    expect(() => builtinCodecs.get(typeOf('zarr', 'local'))).toThrow(expect.objectContaining(unknown))
  })

  test('takes one more without being changed', async () => {
    const codecs = builtinCodecs.with([upperCase])
    const context = await temporaryContext()
    const codec = codecs.get(typeOf('upper', null))
    expect(await codec.decode(await codec.encode('abc', context), context)).toBe('ABC')
    expect(builtinCodecs.names).not.toContain('upper')
  })

  test('one of its own takes the place of the one that every pipeline has', async () => {
    const codec = builtinCodecs.with([{ ...upperCase, name: 'blob' }]).get(typeOf('blob', null))
    expect(await codec.encode('abc', await temporaryContext())).toBe('ABC')
  })
})

const upperCase: Codec<string, string, string> = defineCodec({
  name: 'upper',
  keptAs: 'varchar(8)',
  encode: (value: string) => value.toUpperCase(),
  decode: (kept) => String(kept),
})

describe('a codec of a lab', () => {
  const edges = defineCodec({
    name: 'edges',
    keptAs: '<blob>',
    encode: (value: readonly number[]) => {
      if (value.length % 2 === 1) throw new RangeError('an edge has two ends.')
      return { edges: value }
    },
    decode: (kept) => (typeof kept === 'object' && kept !== null && 'edges' in kept ? kept.edges : null),
  })

  test('has the storage of the type that it is kept as', () => {
    expect(codecsOf([upperCase]).get(typeOf('upper', null)).storage).toMatchObject({ kind: 'text', length: 8 })
    expect(codecsOf([edges]).get(typeOf('edges', null)).storage).toEqual({ kind: 'bytes' })
    expect(codecsOf([edges]).get(typeOf('edges', 'raw')).storage).toEqual({ kind: 'json' })
  })

  test('hands its store on to the codec that it is kept as', async () => {
    const codec = codecsOf([edges]).get(typeOf('edges', 'raw'))
    const context = await temporaryContext('raw')
    const stored = await codec.encode([1, 2], context)
    expect(JSON.parse(String(stored))).toMatchObject({ store: 'raw', schema: 'lab' })
    expect(await codec.decode(stored, context)).toEqual([1, 2])
    expect(await codec.encode(null, context)).toBe(null)
  })

  test('is kept as another of a lab, and names a store itself', async () => {
    const loop = defineCodec({
      name: 'loop',
      keptAs: () => '<edges@old>',
      encode: (end: number) => [end, end],
      decode: (kept) => (Array.isArray(kept) ? kept[0] : null),
    })
    const codec = codecsOf([loop, edges]).get(typeOf('loop', 'new'))
    const context = await temporaryContext('old', 'new')
    const stored = await codec.encode(7, context)
    expect(JSON.parse(String(stored))).toMatchObject({ store: 'old' })
    expect(await codec.decode(stored, context)).toBe(7)
  })

  test('says what it does not take', async () => {
    const encoding = codecsOf([edges])
      .get(typeOf('edges', null))
      .encode([1], await temporaryContext())
    await expect(encoding).rejects.toMatchObject({
      code: 'codec-value',
      codec: 'edges',
      message: '<edges> does not take this value: an edge has two ends.',
      cause: new RangeError('an edge has two ends.'),
    })
  })

  test('gives no value that its type does not hold', async () => {
    const context = await temporaryContext()
    const numbered = defineCodec({ ...upperCase, encode: () => 7, decode: () => '' })
    await expect(codecsOf([numbered]).get(typeOf('upper', null)).encode('x', context)).rejects.toMatchObject({
      code: 'invalid-value',
      attribute: 'x',
    })
    const empty = defineCodec({ ...upperCase, encode: () => null, decode: () => '' })
    await expect(codecsOf([empty]).get(typeOf('upper', null)).encode('x', context)).rejects.toMatchObject({
      code: 'codec-value',
      codec: 'upper',
    })
  })

  test('says that it cannot read what is stored', async () => {
    const broken = defineCodec({
      ...upperCase,
      encode: (value: string) => value,
      decode: () => {
        throw new TypeError('no')
      },
    })
    const decoding = codecsOf([broken])
      .get(typeOf('upper', null))
      .decode('x', await temporaryContext())
    await expect(decoding).rejects.toMatchObject({ code: 'codec-read', codec: 'upper' })
  })

  test.each([
    ['what is no type', () => 'varchar'],
    ['itself', () => '<upper>'],
  ])('kept as %s is refused', (_, keptAs) => {
    const wrong = { code: 'codec-type', codec: 'upper' }
    expect(() => codecsOf([{ ...upperCase, keptAs }]).get(typeOf('upper', null))).toThrow(
      expect.objectContaining(wrong),
    )
  })

  test('kept in the table cannot be in a store, and the reverse', () => {
    const misplaced = expect.objectContaining({ code: 'codec-store' })
    expect(() => codecsOf([upperCase]).get(typeOf('upper', 'raw'))).toThrow(misplaced)
    const arrays = codecsOf([{ ...upperCase, keptAs: () => '<npy>' }])
    expect(() => arrays.get(typeOf('upper', null))).toThrow(misplaced)
    expect(arrays.get(typeOf('upper', 'raw')).storage).toEqual({ kind: 'json' })
  })
})
