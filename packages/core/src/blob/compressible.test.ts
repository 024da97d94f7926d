import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { randomFrom } from '../../test/random.ts'
import { packBlob } from './blob.ts'
import { looksCompressible, worthwhile } from './compressible.ts'

const random = randomFrom(1)
const uniform = () => random.below(2 ** 32) / 2 ** 32 + random.below(2 ** 21) / 2 ** 53
const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
const doubles = (at: (index: number) => number) =>
  new Uint8Array(Float64Array.from({ length: 10_000 }, (_, index) => at(index)).buffer)
const shorts = (at: () => number) => new Uint8Array(Int16Array.from({ length: 40_000 }, () => at()).buffer)

const compressible: Readonly<Record<string, Uint8Array>> = {
  zeros: new Uint8Array(80_000),
  'noise of an amplifier': shorts(() => Math.round(30 * normal())),
  'numbers of three digits': doubles(() => Math.round(uniform() * 1000) / 1000),
  'times that rise': doubles((index) => (index * 211 + Math.round(uniform() * 200)) / 30_000),
  'whole numbers as doubles': doubles(() => Math.round(1e6 * uniform())),
  text: new Uint8Array(Buffer.from('the quick brown fox jumps over the lazy dog. '.repeat(100))),
  'half noise, half zeros': new Uint8Array([...doubles(uniform), ...new Uint8Array(80_000)]),
}
const incompressible: Readonly<Record<string, Uint8Array>> = {
  'random doubles': doubles(uniform),
  'normal doubles': doubles(normal),
  'random bytes': shorts(() => random.below(65_536)),
  'a sine': doubles((index) => Math.sin(index / 100)),
}

describe('from a sample it is told', () => {
  test.each(Object.entries(compressible))('that %s shrink by more than a tenth', async (_, payload) => {
    expect(deflateSync(payload).length / payload.length).toBeLessThan(worthwhile)
    expect(looksCompressible(payload)).toBe(true)
    expect((await packBlob(payload)).length).toBeLessThan(payload.length * worthwhile)
  })

  test.each(Object.entries(incompressible))('that %s do not', async (_, payload) => {
    expect(deflateSync(payload).length / payload.length).toBeGreaterThan(worthwhile)
    expect(looksCompressible(payload)).toBe(false)
    expect((await packBlob(payload)).length).toBe(payload.length + 13)
  })

  test('of any size, also of less than the sample', () => {
    for (const size of [16, 511, 512, 513, 4096, 4097]) expect(looksCompressible(new Uint8Array(size))).toBe(true)
    for (const size of [0, 1, 3, 4, 5]) expect(() => looksCompressible(new Uint8Array(size))).not.toThrow()
  })
})

test('what a sample took for compressible is kept as it is where it shrinks by less than a tenth', async () => {
  // the sample lies where the zeros are
  const payload = shorts(() => random.below(65_536))
  for (let part = 0; part < 8; part++) payload.fill(0, Math.max(0, part * 11_357 - 20), part * 11_357 + 540)
  expect(looksCompressible(payload)).toBe(true)
  expect(await packBlob(payload)).toHaveLength(payload.length + 13)
})
