import { inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { formatPng } from './png.ts'

test('a PNG has its signature, size, palette and rows', () => {
  const palette = [
    [255, 255, 255],
    [1, 2, 3],
  ] as const
  const png = formatPng({ width: 2, height: 2, pixels: Uint8Array.from([0, 1, 1, 0]), palette })
  expect(png.subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001a\n')
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2, 2])
  const paletteAt = png.indexOf('PLTE') + 4
  expect([...png.subarray(paletteAt, paletteAt + 6)]).toEqual([255, 255, 255, 1, 2, 3])
  const dataAt = png.indexOf('IDAT')
  const data = inflateSync(png.subarray(dataAt + 4, dataAt + 4 + png.readUInt32BE(dataAt - 4)))
  expect([...data]).toEqual([0, 0, 1, 0, 1, 0])
})
