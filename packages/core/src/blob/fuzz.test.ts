import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getHeapStatistics } from 'node:v8'
import { deflateSync } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { long } from '../../test/long.ts'
import { randomFrom } from '../../test/random.ts'
import { unpackBlob } from './blob.ts'
import { packPayload } from './pack.ts'
import { anyValue } from './testing/any-value.ts'
import { fuzzBytes } from './testing/fuzz-bytes.ts'
import { fixtures, recordedCases } from './testing/recorded-cases.ts'
import { unpackPayload } from './unpack.ts'

const inputs = long ? 1_000_000 : 20_000
const seed = 20_260_101

/** What was recorded of Python and MATLAB, and values of all kinds; no long ones, in which nothing new would be met. */
function seedBlobs(): readonly [Uint8Array, ...Uint8Array[]] {
  const recorded = ['blobs-2.x.json', 'blobs-mym-read-by-2.x.json']
    .flatMap(recordedCases)
    .map(({ uncompressed, column }) => new Uint8Array(Buffer.from(uncompressed ?? column ?? '', 'hex')))
  const made = fc.sample(anyValue, { numRuns: 300, seed }).map((value) => packPayload(value))
  const [first = Uint8Array.of(), ...others] = [...recorded, ...made].filter((blob) => blob.length <= 600)
  return [first, ...others]
}

/** Whether it was read, or the code of what refused it. */
function outcome(bytes: Uint8Array, lossless: boolean, countBits: 32 | 64): string {
  try {
    unpackPayload(bytes, { lossless, countBits })
    return 'read'
  } catch (error) {
    return codeOf(error)
  }
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error)

const outcomes = new Set(['read', 'invalid-blob', 'unsupported-blob', 'inexact-blob'])

/** Memory of the process (bytes), of which nothing is given back but by collecting garbage. */
function memory(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics()
  return heap + external
}

/** Reads bytes in one way, says what came of it, and throws if that is anything but what may come. */
function read(bytes: Uint8Array, lossless: boolean, countBits: 32 | 64): string {
  const before = memory()
  const start = performance.now()
  const found = outcome(bytes, lossless, countBits)
  const [seconds, taken] = [(performance.now() - start) / 1000, memory() - before]
  const named = outcomes.has(found) && (found !== 'inexact-blob' || lossless)
  // the error itself, with its stack, takes some
  if (named && seconds < 5 && taken < 2 ** 20 + 500 * bytes.length) return found
  const how = `lossless: ${lossless}, ${countBits} bits: ${Buffer.from(bytes).toString('hex')}`
  throw new Error(`${found} in ${seconds} s with ${taken} bytes; ${how}`)
}

test(
  `${inputs} made up blobs are read or refused by name, in no time and in little memory`,
  { timeout: 300_000 },
  () => {
    const random = randomFrom(seed)
    const seeds = seedBlobs()
    const counts: Record<string, number> = {}
    for (let input = 0; input < inputs; input++) {
      const bytes = fuzzBytes(random, seeds)
      const found = read(bytes, input % 4 === 0, input % 8 === 1 ? 32 : 64)
      counts[found] = (counts[found] ?? 0) + 1
    }
    // the inputs are neither all right nor all wrong
    expect(counts['read']).toBeGreaterThan(inputs / 20)
    expect(counts['invalid-blob']).toBeGreaterThan(inputs / 4)
  },
)

test('made up compressed blobs are read or refused by name', { timeout: 300_000 }, async () => {
  const random = randomFrom(seed + 1)
  const seeds = seedBlobs()
  for (let input = 0; input < inputs / 100; input++) {
    const payload = fuzzBytes(random, seeds)
    const length = random.below(3) === 0 ? random.below(2 ** 31) : payload.length
    const head = Buffer.from('ZL123\0........')
    head.writeBigUInt64LE(BigInt(length) * (random.below(20) === 0 ? 2n ** 31n : 1n), 6)
    const stream = deflateSync(payload)
    if (random.below(2) === 0) stream[random.below(stream.length)] = random.below(256)
    const bytes = Buffer.concat([
      head,
      stream.subarray(0, stream.length - (random.below(4) === 0 ? random.below(9) : 0)),
    ])
    const before = memory()
    const found = await unpackBlob(bytes).then(() => 'read', codeOf)
    const taken = memory() - before
    if (outcomes.has(found) && taken < 2 ** 21 + 2000 * bytes.length) continue
    throw new Error(`${found} with ${taken} bytes: ${bytes.toString('hex')}`)
  }
})

test.each(
  readFileSync(join(fixtures, 'fuzz/blobs.txt'), 'utf8')
    .split('\n')
    .filter((line) => /^[0-9a-f]/.test(line))
    .map((line) => line.split(' ')),
)('%s is %s', async (hex, expected) => {
  const bytes = new Uint8Array(Buffer.from(hex ?? '', 'hex'))
  expect(await unpackBlob(bytes).then(() => 'read', codeOf)).toBe(expected)
  for (const lossless of [false, true]) {
    for (const countBits of [32, 64] as const) read(bytes, lossless, countBits)
  }
})
