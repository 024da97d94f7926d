import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { partNumbers, probeType } from './index.ts'

interface Vendor {
  readonly probes: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly turns: Readonly<Record<string, readonly (number | null)[]>>
}

const { vendor }: { readonly vendor: Vendor } = JSON.parse(
  readFileSync(new URL('../../../../fixtures/probeinterface/expected.json', import.meta.url), 'utf8'),
)

describe.each(Object.entries(vendor.probes))('%s', (partNumber, stated) => {
  test('has the features of the vendor table', () => {
    expect(probeType(partNumber)).toMatchObject(stated)
  })
})

test.each(['NP1000', 'NP1200', 'NP2000', 'NP2020', 'NP3010', 'NP3020'])(
  '%s samples its channels in the turns of the vendor table',
  (partNumber) => {
    const type = probeType(partNumber)
    const cycles = type.lfSamplingRate === null ? 16 : 13
    const turns = vendor.turns[type.muxFormat]?.slice(0, type.readoutChannels) ?? []
    expect(turns.map((turn, channel) => (turn === null ? null : type.sampleShift(channel)))).toEqual(
      turns.map((turn) => (turn === null ? null : turn / cycles)),
    )
  },
)

test('the shift of Neuropixels 1.0 is in thirteenths, of its LF band in twelfths', () => {
  const type = probeType('NP1010')
  expect([0, 1, 2, 23, 24, 383].map((channel) => type.sampleShift(channel) * 13)).toEqual([0, 0, 1, 11, 0, 11])
  expect(type.sampleShift(23, 'lf')).toBe(11 / 12)
  expect(probeType('NP2010').sampleShift(31, 'lf')).toBe(15 / 16)
})

test('electrodes are numbered row by row from the tip, shank after shank', () => {
  const electrodes = [...probeType('NP2010').electrodes()]
  expect(electrodes).toHaveLength(5120)
  expect(electrodes[0]).toEqual({ electrode: 0, shank: 0, column: 0, row: 0, x: 27, y: 0 })
  expect(electrodes[3]).toEqual({ electrode: 3, shank: 0, column: 1, row: 1, x: 59, y: 15 })
  expect(electrodes[1280]).toEqual({ electrode: 1280, shank: 1, column: 0, row: 0, x: 277, y: 0 })
  expect(electrodes.every(({ electrode }, index) => electrode === index)).toBe(true)
})

test('odd rows of staggered probes stand 16 µm to the left', () => {
  const [first, second, third] = probeType('NP1000').electrodes()
  expect([first?.x, second?.x, third?.x]).toEqual([27, 59, 11])
})

test('the electrode counts are those that the DataJoint Elements store', () => {
  const counts = ['3A', 'neuropixels 1.0 - 3B', 'neuropixels UHD', 'neuropixels 2.0 - SS', 'neuropixels 2.0 - MS'].map(
    (name) => probeType(name).electrodeCount,
  )
  expect(counts).toEqual([960, 960, 384, 1280, 5120])
})

test('an alias gives the part number it stands for', () => {
  expect(probeType('neuropixels 1.0 - 3A').partNumber).toBe('3A')
  expect(probeType('PRB_1_4_0480_1').partNumber).toBe('PRB_1_4_0480_1')
})

test('an unknown part number is refused with the known ones', () => {
  expect(() => probeType('NP9999', '/data/a.ap.meta')).toThrow(
    expect.objectContaining({
      code: 'unknown-probe',
      partNumber: 'NP9999',
      known: partNumbers,
      path: '/data/a.ap.meta',
    }),
  )
  expect(() => probeType('constructor')).toThrow(expect.objectContaining({ code: 'unknown-probe' }))
})

test('a place or a channel that a probe does not have is refused', () => {
  const type = probeType('NP1000')
  expect(() => type.electrodeAt(0, 2, 0)).toThrow(expect.objectContaining({ code: 'out-of-range' }))
  expect(() => type.electrodeAt(0, 0, 1.5)).toThrow(expect.objectContaining({ code: 'out-of-range' }))
  expect(() => type.sampleShift(384)).toThrow(expect.objectContaining({ code: 'out-of-range' }))
})
