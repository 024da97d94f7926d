/** What a lab would write that has installed native-dsp from a registry; run by scripts/pack-test.ts. */
import { deepEqual, equal } from 'node:assert/strict'
import { openRecording } from '@neurojoint/formats'
import { chains, loadDsp, preprocess, through, writeSimulatedRun } from '@neurojoint/native-dsp'

const [expected] = process.argv.slice(2)
const dsp = await loadDsp()
equal(dsp.implementation, expected, dsp.reason ?? '')
await writeSimulatedRun(dsp, { folder: '.', name: 'mouse', simulation: { seed: 1, durationSeconds: 0.5 } })
await preprocess('mouse_g0/mouse_g0_imec0', 'filtered', chains.neurojoint)
const [raw, written] = [await openRecording('mouse_g0/mouse_g0_imec0'), await openRecording('filtered')]
const filtered = await through(raw, chains.neurojoint)
const range = { start: 5000, end: 5010 }
deepEqual(await written.traces(range), await filtered.traces(range))
for (const recording of [filtered, written, raw]) await recording.close()
console.log(`packed native-dsp preprocesses (${dsp.implementation})`)
