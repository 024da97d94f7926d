import type { Recording } from '@neurojoint/formats/recording'
import type { CompleteStep } from '../chain/steps.ts'

/** What measuring costs, in frames that a pass visits in the same time, about: only the pace of progress hangs on it. */
const costs = { coherence: 1_000_000, ibl: 500_000, whole: 3_000_000, local: 1_000_000, size: 300_000 }

/** How much there is to measure for a step before a pass can run; 0 for nothing. */
export function measuringWork(step: CompleteStep, { segments }: Pick<Recording, 'segments'>): number {
  switch (step.step) {
    case 'bad-channels':
      return step.method === 'given' ? 0 : step.method === 'ibl' ? costs.ibl : costs.coherence
    case 'spatial-high-pass':
      return step.gainControl ? costs.size : 0
    case 'whiten':
      return step.scope === 'all' ? costs.whole : costs.local
    case 'motion-correction':
      // a visit of everything, and the comparison of what was found
      return step.motion ? 0 : 2 * segments.reduce((sum, { frames }) => sum + frames, 0)
    default:
      return 0
  }
}
