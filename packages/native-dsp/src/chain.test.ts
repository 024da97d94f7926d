import { expect, test } from 'vitest'
import { defaultChain, parseChain } from './chain.ts'

test('the default chain is a chain, and survives being stored as JSON', () => {
  expect(parseChain(JSON.parse(JSON.stringify(defaultChain)))).toEqual(defaultChain)
})

test.for([
  [{ ...defaultChain, whiten: true }, 'chain', 'whiten'],
  [{ ...defaultChain, highPass: { cutoff: 300, order: 3 } }, 'chain', expect.anything()],
  [{ ...defaultChain, commonReference: 'mean' }, 'commonReference', 'mean'],
  [{ ...defaultChain, bandPass: { low: 300, high: 200, order: 5 } }, 'bandPass.low', 300],
  [{ ...defaultChain, bandPass: { low: 300, high: 6000, order: 9 } }, 'bandPass.order', 9],
  [{ bandPass: defaultChain.bandPass }, 'detect', undefined],
  [{ detect: { ...defaultChain.detect, threshold: 0 } }, 'detect.threshold', 0],
  [{ detect: { ...defaultChain.detect, threshold: Number.NaN } }, 'detect.threshold', Number.NaN],
  [null, 'chain', null],
] as const)('%j is refused at %s', ([chain, parameter, value]) => {
  expect(() => parseChain(chain)).toThrow(expect.objectContaining({ code: 'invalid-parameter', parameter, value }))
})
