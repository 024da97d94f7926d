/** `npm run demo`: builds the native code where Rust is at hand, then runs the demo of the workflow template. */
import { interruption, runCommand } from './command.ts'
import { findCargo } from './rust.ts'

const [command = 'run'] = process.argv.slice(2)
const computes = command === 'run'
const noCargo = await findCargo()
if (computes && noCargo !== null) {
  console.log(`Without Rust (${noCargo}), the TypeScript implementation does the work of the native code.`)
} else if (computes && interruption() === null) {
  const { exitCode } = await runCommand(['node', 'packages/native-dsp/scripts/build-native.ts'])
  if (exitCode !== 0 && interruption() === null) {
    console.log('The native code could not be built (see above): the TypeScript implementation will do its work.')
  }
}
if (interruption() === null) {
  const demo = await runCommand(['node', 'apps/workflow-template/src/demo/main.ts', ...process.argv.slice(2)])
  process.exitCode = demo.exitCode
} else process.exitCode = 130
