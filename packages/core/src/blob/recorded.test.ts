import { describe, expect, test } from 'vitest'
import { UnsupportedBlobError } from './blob-error.ts'
import { packBlob, unpackBlob } from './blob.ts'
import { packPayload } from './pack.ts'
import { recordedCases } from './testing/recorded-cases.ts'
import type { RecordedCase } from './testing/recorded-cases.ts'
import { isRecorded } from './testing/recorded-value.ts'

const blobOf = ({ column }: RecordedCase) => Buffer.from(column ?? '', 'hex')
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** Reads every case; of those that are refused, what was in them. */
async function readAll(cases: readonly RecordedCase[]) {
  const read: { readonly recorded: RecordedCase; readonly value: unknown }[] = []
  const refused: Record<string, number> = {}
  for (const recorded of cases) {
    try {
      read.push({ recorded, value: await unpackBlob(blobOf(recorded)) })
    } catch (error) {
      if (!(error instanceof UnsupportedBlobError)) throw error
      refused[error.what] = (refused[error.what] ?? 0) + 1
    }
  }
  return { read, refused }
}

describe('blobs of Python datajoint 2.3.5', async () => {
  const cases = recordedCases('blobs-2.x.json')
  const { read, refused } = await readAll(cases)

  test('243 of 292 are read as the value that was inserted, none as another', () => {
    const wrong = read.filter(({ recorded: r, value }) => !isRecorded(value, r.fetched ?? r.value ?? { t: 'nothing' }))
    expect(wrong).toEqual([])
    expect([read.length, cases.length]).toEqual([243, 292])
  })

  test('the others are refused by what they hold', () => {
    expect(refused).toEqual({
      'an array of complex numbers': 21,
      'an array of datetime64': 18,
      'an array of records': 9,
      'text of shape (3, 2)': 1,
    })
  })

  test('what was read is packed to the same bytes', () => {
    const changed = read.filter(({ recorded: r, value }) => hexOf(packPayload(value)) !== (r.uncompressed ?? r.column))
    // JavaScript has no whole floats (0.0, 1.0, and inside the next two), and no arrays of single characters
    expect(changed.map(({ recorded }) => recorded.name)).toEqual([
      'float_zero',
      'float_one',
      'tuple',
      'np_char_1d',
      'np_object_2d',
    ])
  })

  test('what is packed and compressed here is read again', async () => {
    for (const { value } of read) expect(await unpackBlob(await packBlob(value))).toEqual(value)
  })
})

describe('blobs of MATLAB', async () => {
  const { read, refused } = await readAll(recordedCases('blobs-mym-read-by-2.x.json').filter((c) => c.dims_bits === 64))

  test('are read as Python reads them, and refused by what they hold', () => {
    const wrong = read.filter(({ recorded: { python_reads: r }, value }) => r === undefined || !isRecorded(value, r))
    // Python cuts characters above 255, and has no struct without fields
    expect(wrong.map(({ recorded }) => recorded.name)).toEqual([
      'char_unicode_64bit',
      'char_emoji_64bit',
      'struct_nofields_64bit',
    ])
    expect(read).toHaveLength(31)
    expect(refused).toEqual({
      'a sparse matrix of MATLAB': 3,
      'an array of complex numbers': 3,
      'text of shape (2, 3)': 1,
    })
  })

  test('text keeps all its characters', () => {
    const texts = Object.fromEntries(read.map(({ recorded, value }) => [recorded.name, value]))
    expect(texts).toMatchObject({ char_unicode_64bit: 'Grüße Ω 日本', char_emoji_64bit: 'a😀', char_empty_64bit: '' })
  })
})
