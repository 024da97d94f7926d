import type { Dsp } from '../dsp.ts'
import { loadDsp } from '../load.ts'

let warned = false

/** The implementation that was given, else the one at hand; the process is told once where that is the slower one. */
export async function chooseDsp(given: Dsp | undefined): Promise<Dsp> {
  if (given) return given
  const dsp = await loadDsp()
  if (dsp.implementation === 'typescript' && !warned) {
    warned = true
    process.emitWarning(`Preprocessing runs in TypeScript, many times slower. ${dsp.reason ?? ''}`, 'NeuroJointWarning')
  }
  return dsp
}
