import { expect, test } from 'vitest'
import type { PreprocessReport } from '../preprocess/preprocess.ts'
import { formatReport, formatSeconds } from './format.ts'

test('a report has no exponents, however large the numbers', () => {
  const report: PreprocessReport = {
    implementation: 'native',
    chain: { name: 'mine', steps: [], rounding: 'half-even' },
    skipped: [],
    badChannels: [],
    silent: [],
    good: [],
    noiseLevels: null,
    rms: null,
    masked: [{ segment: 0, start: 0, end: 999 }],
    peaks: null,
    frames: 1000,
    files: [],
    bytes: 999_900,
    seconds: 99.8,
    timesRealTime: 1234,
  }
  const text = formatReport(report)
  expect(text).toContain('1 stretch masked, 100 % of the frames')
  expect(text).toContain('1000 kB in 1 min 40 s, 1230 times real time')
})

test('seconds make whole minutes', () => {
  expect([0.0123, 5, 99.4, 99.6, 119.7, 3600].map(formatSeconds)).toEqual([
    '0.012 s',
    '5 s',
    '99 s',
    '1 min 40 s',
    '2 min 0 s',
    '60 min 0 s',
  ])
})
