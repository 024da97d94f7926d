/**
 * Run by itself, in a process that may write no large files: `node pass-limited.ts native|typescript FOLDER`. Prints the code
 * with which a run is refused, and what is left in the folder.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { loadBinding } from '../src/native/load-binding.ts'
import { createNativeDsp } from '../src/native/native-dsp.ts'
import { createTypeScriptPassing } from '../src/typescript/passing.ts'
import { planFor } from './pass-counts.ts'

const [name, folder = ''] = process.argv.slice(2)
const passing = name === 'native' ? createNativeDsp(loadBinding()) : createTypeScriptPassing()
const counts = new Int16Array(4 * 200_000)
const pass = await passing.openPass({ kind: 'memory', counts, columns: 4, segments: [200_000] }, planFor(3))
const target = { path: join(folder, 'large.bin'), rows: [0, 1, 2], copied: [3] }
const code = await pass.run(target, {}).then(
  () => 'written',
  (error: { readonly code?: string }) => error.code,
)
await pass.close()
console.log(JSON.stringify({ code, left: await readdir(folder) }))
