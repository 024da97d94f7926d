import type { Channel, Recording } from '@neurojoint/formats/recording'
import { describe, expect, test } from 'vitest'
import type { Measurements } from './measurements.ts'
import { chains } from './named.ts'
import { parseChain } from './parse.ts'
import { resolveChain, type ResolveOptions } from './resolve.ts'
import type { ChainStep } from './steps.ts'

/** Eight channels on two shanks, 20 um apart; the last is a reference on the shank. */
const channels = Array.from({ length: 8 }, (_, index): Channel => ({
  index,
  name: `AP${index}`,
  acquisitionIndex: index,
  gain: 2,
  offset: 0,
  site: { shank: Math.floor(index / 4), x: 250 * Math.floor(index / 4), y: 20 * (index % 4), used: index !== 7 },
  sampleShift: (index % 2) / 2,
  range: { least: -512, most: 511 },
}))

const recordingOf = (facts: Partial<Recording> = {}): Recording => ({
  kind: 'recording',
  samplingRate: 30_000,
  channels,
  segments: [{ frames: 1000, startSeconds: 0 }],
  location: null,
  traces: async () => new Int16Array(),
  close: async () => {},
  ...facts,
})

/** Channel 1 is dead, 2 outside of the brain. */
const measure: Measurements = {
  badChannels: async () => [
    { channel: 1, label: 'dead' },
    { channel: 2, label: 'outside' },
  ],
  standardDeviation: async () => 10,
  whitening: async (_, __, rows) => rows.map((row) => ({ row, of: [row], weights: [2] })),
  motion: async () => [{ times: [0], depths: [0], displacement: [3] }],
}

const resolve = (steps: readonly ChainStep[], facts: Partial<Recording> = {}, options: ResolveOptions = {}) =>
  resolveChain(parseChain({ steps }), recordingOf(facts), measure, options)

describe('a chain resolved against a recording', () => {
  test('is in frames, counts and rows', async () => {
    const sum = 2 * Math.exp(-1) + Math.exp(-(2 ** 1.3))
    const [near, far] = [Math.exp(-1) / sum, Math.exp(-(2 ** 1.3)) / sum]
    const { plan, badChannels, good } = await resolveChain(parseChain(chains.neurojoint), recordingOf(), measure)
    expect(plan).toEqual({
      samplingRate: 30_000,
      columns: [0, 1, 2, 3, 4, 5, 6, 7],
      scale: null,
      // 300 uV are 150 counts of 2 uV, 0.25 ms seven frames
      mask: { gaps: [], flatFrames: 30, saturation: { level: 0.96 * 511, slope: 150, share: 0.2, widenFrames: 7 } },
      temporal: {
        method: 'direct',
        shifts: [0, 0.5, 0, 0.5, 0, 0.5, 0, 0.5],
        taps: 16,
        filters: [{ kind: 'high-pass', cutoff: 300, order: 3, direction: 'zero-phase' }],
      },
      spatial: [
        {
          kind: 'mix',
          purpose: 'interpolate',
          // exp(-1) at 20 um, exp(-2^1.3) at 40 um, as shares of their sum
          rows: [{ row: 1, of: [0, 2, 3], weights: [near, near, far].map((weight) => expect.closeTo(weight, 12)) }],
        },
        {
          kind: 'group-reference',
          operator: 'median',
          middle: 'mean',
          whole: false,
          groups: [
            { of: [0, 1, 3], from: [0, 1, 2, 3] },
            { of: [4, 5, 6], from: [4, 5, 6] },
          ],
        },
      ],
      rounding: 'half-even',
    })
    expect(badChannels).toHaveLength(2)
    expect(good).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  test('is refused where all channels are bad, instead of making silence of them', async () => {
    const badChannels = async () => channels.map((_, channel) => ({ channel, label: 'noisy' as const }))
    const resolving = resolveChain(parseChain(chains.neurojoint), recordingOf(), { ...measure, badChannels })
    await expect(resolving).rejects.toMatchObject({ code: 'invalid-parameter', parameter: 'steps[3]' })
  })

  test('leaves bad channels as they are where it is told so', async () => {
    const { plan, good } = await resolve([
      { step: 'bad-channels', action: 'exclude' },
      { step: 'common-reference', scope: 'all' },
    ])
    expect(plan.spatial).toMatchObject([{ groups: [{ of: [0, 3, 4, 5, 6], from: [0, 2, 3, 4, 5, 6] }] }])
    expect(good).toEqual([0, 2, 3, 4, 5, 6])
  })

  test('names bad channels that no good one is near to, and keeps them out of references', async () => {
    const badChannels = async () => [4, 5, 6].map((channel) => ({ channel, label: 'dead' as const }))
    const chain = parseChain({ steps: [{ step: 'bad-channels' }, { step: 'common-reference', scope: 'all' }] })
    const { plan, silent, good } = await resolveChain(chain, recordingOf(), { ...measure, badChannels })
    expect(silent).toEqual([4, 5, 6])
    expect(good).toEqual([0, 1, 2, 3])
    expect(plan.spatial).toMatchObject([
      { rows: [{ of: [] }, { of: [] }, { of: [] }] },
      { groups: [{ of: good, from: good }] },
    ])
  })

  test('refuses limits of the AP band for an LF band, with the chain that has its own', async () => {
    const resolving = resolveChain(parseChain(chains.neurojoint), recordingOf({ samplingRate: 2500 }), measure)
    await expect(resolving).rejects.toMatchObject({
      code: 'invalid-parameter',
      parameter: 'steps[3].method',
      message: expect.stringContaining('the chain `lf`'),
    })
    const { badChannels } = await resolveChain(parseChain(chains.lf), recordingOf({ samplingRate: 2500 }), measure)
    expect(badChannels).toHaveLength(2)
  })

  test('groups channels by their turn, and by what is read out together', async () => {
    const { plan } = await resolve([
      { step: 'common-reference', operator: 'mean', scope: 'turn' },
      { step: 'common-reference', scope: 'read-out' },
    ])
    expect(plan.spatial).toMatchObject([
      { groups: [{ from: [0, 2, 4, 6] }, { from: [1, 3, 5] }] },
      { groups: [{ from: [0, 1, 2, 3, 4, 5, 6] }] },
    ])
  })

  test('finds neighbours in a ring on the same shank, or the nearest beyond it', async () => {
    const ring = { step: 'local-reference', inner: 20, outer: 40 } as const
    const { plan } = await resolve([ring, { ...ring, atLeast: 2 }])
    expect(plan.spatial).toMatchObject([
      { neighbours: [[2], [3], [0], [1], [6], [], [4], []] },
      { neighbours: [[2, 3], [3], [0], [0, 1], [6], [], [4], []] },
    ])
  })

  test('is IBL’s: its own groups, and a least gain from the size of the signal', async () => {
    const { plan } = await resolveChain(parseChain(chains.ibl), recordingOf(), measure)
    expect(plan.spatial[1]).toEqual({
      kind: 'spatial-high-pass',
      groups: [
        [0, 1, 3],
        [4, 5, 6],
      ],
      order: 3,
      cutoff: 0.01,
      padding: 60,
      taper: 0,
      gainControl: { windowFrames: 3001, epsilon: 0.03 },
    })
    expect(plan.rounding).toBe('truncate')
  })

  test('filters silence along the probe, with a least gain above 0', async () => {
    const silent = { ...measure, standardDeviation: async () => 0 }
    const { plan } = await resolveChain(parseChain(chains.ibl), recordingOf(), silent)
    expect(plan.spatial.at(-1)).toMatchObject({ gainControl: { epsilon: 0.003 } })
  })

  test('makes one gain of all gains', async () => {
    const mixed = channels.map((channel) => (channel.index === 3 ? { ...channel, gain: 4 } : channel))
    expect((await resolve([], { channels: mixed })).plan.scale).toEqual([1, 1, 1, 2, 1, 1, 1, 1])
  })

  test('takes motion as it is given, or as it is measured', async () => {
    const motion = [{ times: [0], depths: [0], displacement: [5] }]
    const { plan } = await resolve([{ step: 'motion-correction', motion }])
    const measured = await resolve([{ step: 'motion-correction' }, { step: 'whiten' }])
    expect(plan.spatial).toMatchObject([{ sigma: 20, power: 2, motion }])
    expect(measured.plan.spatial).toMatchObject([{ motion: [{ displacement: [3] }] }, { purpose: 'whiten' }])
  })

  test('masks lost frames, joined and in order', async () => {
    const gaps = [
      { segment: 1, start: 5, end: 9 },
      { segment: 0, start: 20, end: 30 },
      { segment: 0, start: 10, end: 20 },
    ]
    expect((await resolve([{ step: 'mask' }], { gaps })).plan.mask?.gaps).toEqual([
      { segment: 0, start: 10, end: 30 },
      { segment: 1, start: 5, end: 9 },
    ])
    expect((await resolve([{ step: 'mask' }])).plan.mask).toBeNull()
  })
})

describe('a chain that does not fit a recording is refused', () => {
  const bare = {
    channels: channels.map(({ index, name, acquisitionIndex, gain, offset }) => ({
      index,
      name,
      acquisitionIndex,
      gain,
      offset,
    })),
  }
  test.each<[string, ChainStep, Partial<Recording>, string]>([
    ['a cutoff beyond half the rate', { step: 'high-pass', cutoff: 15_000 }, {}, 'steps[0].cutoff'],
    ['an edge beyond half the rate', { step: 'band-pass' }, { samplingRate: 2500 }, 'steps[0].high'],
    ["an edge of CatGT's beyond half the rate", { step: 'catgt-butterworth' }, { samplingRate: 2500 }, 'steps[0].high'],
    ['shifts that are unknown', { step: 'phase-shift' }, bare, 'steps[0]'],
    ['a shift of a whole sample', { step: 'phase-shift', shifts: [0, 0, 0, 0, 0, 0, 0, 1] }, {}, 'steps[0].shifts[7]'],
    ['shanks that are unknown', { step: 'common-reference' }, bare, 'steps[0]'],
    ['a range that is unknown', { step: 'mask', saturation: {} }, bare, 'steps[0].saturation'],
    ['a ring that holds nobody', { step: 'local-reference', inner: 1, outer: 2 }, {}, 'steps[0].outer'],
  ])('%s', async (_, step, facts, parameter) => {
    await expect(resolve([step], facts)).rejects.toMatchObject({ code: 'invalid-parameter', parameter })
  })

  test('shifts of another number', async () => {
    const refused = resolve([{ step: 'phase-shift', shifts: [0] }])
    await expect(refused).rejects.toMatchObject({ code: 'wrong-length', expected: 8 })
  })
})

describe('a recording that carries a step', () => {
  const applied = [
    { step: 'phase-shift', by: 'CatGT', details: '-tshift' },
    { step: 'common-reference', by: 'CatGT', details: '-gblcar' },
  ]
  const steps: readonly ChainStep[] = [{ step: 'high-pass' }, { step: 'phase-shift' }, { step: 'spatial-high-pass' }]

  test('is refused, with what it carries and what to do', async () => {
    const refused = resolve(steps, { applied })
    await expect(refused).rejects.toMatchObject({
      code: 'already-applied',
      steps: ['phase-shift', 'spatial-high-pass'],
    })
    await expect(refused).rejects.toThrow('phase-shift (CatGT: -tshift), common-reference (CatGT: -gblcar)')
  })

  test('is not given it twice where it is to be skipped', async () => {
    const { chain, skipped, plan } = await resolve(steps, { applied }, { alreadyApplied: 'skip' })
    expect(chain.steps.map(({ step }) => step)).toEqual(['high-pass'])
    expect(skipped.map(({ step }) => step)).toEqual(['phase-shift', 'spatial-high-pass'])
    expect([plan.temporal.shifts, plan.spatial]).toEqual([null, []])
  })

  test('is given it again where that is said', async () => {
    const { plan } = await resolve(steps, { applied }, { alreadyApplied: 'again' })
    expect([plan.temporal.shifts?.length, plan.spatial.length]).toEqual([8, 1])
  })

  test('is not given a notch twice', async () => {
    const notched = [{ step: 'notch', by: 'NeuroJoint', details: 'frequency=50' }]
    const refused = resolve([{ step: 'notch', frequency: 50 }], { applied: notched })
    await expect(refused).rejects.toMatchObject({ code: 'already-applied', steps: ['notch'] })
  })

  test('is taken as it is by a chain that has no such step', async () => {
    const { skipped } = await resolve([{ step: 'high-pass' }, { step: 'whiten' }], { applied })
    expect(skipped).toEqual([])
  })
})
