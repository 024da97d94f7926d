import type { Chain } from './steps.ts'

/** Chains by name, as data: copy one to change it. */
export const chains = {
  /** What we recommend: nothing is rounded before the end. */
  neurojoint: {
    name: 'neurojoint',
    steps: [
      { step: 'mask', gaps: true, flatSeconds: 0.001, saturation: {} },
      { step: 'high-pass', cutoff: 300, order: 3 },
      { step: 'phase-shift' },
      { step: 'bad-channels', method: 'coherence+psd', action: 'interpolate' },
      { step: 'common-reference', operator: 'median', scope: 'shank' },
    ],
    rounding: 'half-even',
  },
  /** CatGT's `-apfilter=butter,12,300,9000 -gblcar`, with its blocks, its upper median on whole counts and its truncation. */
  catgt: {
    name: 'catgt',
    steps: [
      { step: 'phase-shift' },
      { step: 'catgt-butterworth', order: 12, low: 300, high: 9000 },
      { step: 'common-reference', operator: 'median', scope: 'read-out', middle: 'upper', whole: true },
    ],
    rounding: 'truncate',
  },
  /** The destriping of the International Brain Laboratory, with its truncation. */
  ibl: {
    name: 'ibl',
    steps: [
      { step: 'mask', gaps: true, saturation: {} },
      { step: 'high-pass', cutoff: 300, order: 3 },
      { step: 'phase-shift' },
      { step: 'bad-channels', method: 'ibl', action: 'interpolate' },
      { step: 'spatial-high-pass', scope: 'shank', cutoff: 0.01, order: 3, padding: 60 },
    ],
    rounding: 'truncate',
  },
  /**
   * What we recommend for an LF band (2.5 kHz): a flat line is one for longer than in the AP band, the limits of bad channels
   * are IBL's for such a band, and nothing is subtracted, since what channels have in common is signal here.
   */
  lf: {
    name: 'lf',
    steps: [
      { step: 'mask', gaps: true, flatSeconds: 0.01, saturation: { slope: 3600 } },
      { step: 'high-pass', cutoff: 0.5, order: 3 },
      { step: 'phase-shift' },
      { step: 'bad-channels', method: 'ibl', action: 'interpolate' },
    ],
    rounding: 'half-even',
  },
} as const satisfies Readonly<Record<string, Chain>>
