/**
 * `npm start` and `npm run demo`: builds the native code where Rust is at hand, then runs a program of the workflow template
 * that computes when it has no parameters.
 *
 *   node scripts/workflow.ts <program> [parameters...]
 */
import { interruption, runCommand } from './command.ts'
import { findCargo } from './rust.ts'

const [program = 'run.ts', ...parameters] = process.argv.slice(2)
const computes = parameters.length === 0
const noCargo = computes ? await findCargo() : null
if (computes && noCargo !== null) {
  console.log(`Without Rust (${noCargo}), the TypeScript implementation does the work of the native code.`)
} else if (computes && interruption() === null) {
  const { exitCode } = await runCommand(['node', 'packages/native-dsp/scripts/build-native.ts'])
  if (exitCode !== 0 && interruption() === null) {
    console.log('The native code could not be built (see above): the TypeScript implementation will do its work.')
  }
}
if (interruption() === null) {
  const { exitCode } = await runCommand(['node', `apps/workflow-template/src/${program}`, ...parameters])
  process.exitCode = exitCode
} else process.exitCode = 130
