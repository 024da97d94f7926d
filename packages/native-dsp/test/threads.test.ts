import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)

const program = `
  import { createTypeScriptPassing } from ${JSON.stringify(join(import.meta.dirname, '../src/typescript/passing.ts'))}
  const counts = Int16Array.from({ length: 600 }, (_, index) => index % 7)
  const plan = {
    samplingRate: 30000, columns: [0, 1], scale: null, mask: null, spatial: [], rounding: 'half-even',
    temporal: { method: 'direct', shifts: null, taps: 16, filters: [] },
  }
  const pass = await createTypeScriptPassing().openPass({ kind: 'memory', counts, columns: 2, segments: [300] }, plan)
  console.log((await pass.traces({ segment: 0, start: 1, end: 3 })).join())
  await pass.close()
`

test.for([
  ['--expose-gc'],
  ['--max-old-space-size=2048', '--stack-size=900'],
  ['--expose_gc', '--conditions=development'],
])('threads start in a process with the options %s', async (options) => {
  const { stdout } = await run(process.execPath, [...options, '--input-type=module', '--eval', program])
  expect(stdout).toBe('2,3,4,5\n')
})
