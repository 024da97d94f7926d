import { describe, expect, test } from 'vitest'
import { chains } from './named.ts'
import { parseChain } from './parse.ts'

const chainOf = (...steps: readonly unknown[]) => ({ steps })
const mask = { step: 'mask' }
const reference = { step: 'common-reference' }
const highPass = { step: 'high-pass' }

describe('a chain', () => {
  test('says everything once it is read', () => {
    expect(parseChain({ steps: [{ step: 'band-pass' }, { step: 'phase-shift' }, reference] })).toEqual({
      name: '',
      steps: [
        { step: 'band-pass', low: 300, high: 6000, order: 5, direction: 'zero-phase' },
        { step: 'phase-shift', taps: 16, shifts: null },
        { step: 'common-reference', operator: 'median', scope: 'shank', middle: 'mean', whole: false },
      ],
      rounding: 'half-even',
    })
    expect(parseChain(chainOf({ step: 'mask', saturation: { level: 0.9 } })).steps).toEqual([
      {
        step: 'mask',
        gaps: true,
        flatSeconds: null,
        saturation: { level: 0.9, slope: 300, share: 0.2, widenSeconds: 0.00025 },
      },
    ])
  })

  test.each(Object.entries(chains))('%s is read, stays itself when read again, and outlives JSON', (name, chain) => {
    const complete = parseChain(chain)
    expect(complete.name).toBe(name)
    expect(parseChain(complete)).toEqual(complete)
    expect(parseChain(JSON.parse(JSON.stringify(complete)))).toEqual(complete)
  })

  test('may do nothing', () => {
    expect(parseChain({ steps: [] })).toEqual({ name: '', steps: [], rounding: 'half-even' })
  })
})

describe('a chain that is none is refused by the path of what is wrong', () => {
  test.each([
    ['no object', null, 'chain'],
    ['no steps', {}, 'steps'],
    ['an unknown entry', { steps: [], detect: {} }, 'detect'],
    ['an unknown rounding', { steps: [], rounding: 'up' }, 'rounding'],
    ['an unknown step', chainOf({ step: 'bandpass' }), 'steps[0].step'],
    ['a step of the prototype', chainOf({ step: 'toString' }), 'steps[0].step'],
    ['an unknown entry of a step', chainOf({ step: 'high-pass', freq: 300 }), 'steps[0].freq'],
    ['a text for a number', chainOf({ step: 'high-pass', cutoff: '300' }), 'steps[0].cutoff'],
    ['no number', chainOf({ step: 'high-pass', cutoff: Number.NaN }), 'steps[0].cutoff'],
    ['an order of 9', chainOf({ step: 'band-pass', order: 9 }), 'steps[0].order'],
    ['edges in the wrong order', chainOf({ step: 'band-pass', low: 6000, high: 300 }), 'steps[0].low'],
    ['no edge at all', chainOf({ step: 'catgt-butterworth', low: null, high: null }), 'steps[0].low'],
    ['a missing cutoff', chainOf({ step: 'low-pass' }), 'steps[0].cutoff'],
    ['a wrong rule within', chainOf({ step: 'mask', saturation: { share: 2 } }), 'steps[0].saturation.share'],
    ['a wrong item of a list', chainOf({ step: 'bad-channels', channels: [1, -1] }), 'steps[0].channels[1]'],
    ['a ring inside out', chainOf({ step: 'local-reference', inner: 60 }), 'steps[0].inner'],
    ['a filter after a reference', chainOf(mask, reference, highPass), 'steps[2]'],
    ['two shifts', chainOf({ step: 'phase-shift' }, { step: 'phase-shift' }), 'steps[1]'],
    ['CatGT and another filter', chainOf({ step: 'catgt-butterworth' }, highPass), 'steps[1]'],
    ['bad channels after a reference', chainOf(reference, { step: 'bad-channels' }), 'steps[1]'],
    [
      'motion of another length',
      chainOf({ step: 'motion-correction', motion: [{ times: [0, 1], depths: [0], displacement: [1] }] }),
      'steps[0].motion[0].displacement',
    ],
  ])('%s', (_, chain, parameter) => {
    expect(() => parseChain(chain)).toThrow(expect.objectContaining({ code: 'invalid-parameter', parameter }))
  })
})
