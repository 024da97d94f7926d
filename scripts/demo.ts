/** `npm run demo`: builds the native code where Rust is at hand, then runs the demo of the workflow template. */
import { interruption, runCommand } from './command.ts'

const noCargo = 3
const build = await runCommand(['node', 'packages/native-dsp/scripts/build-native.ts'])
if (build.exitCode !== 0 && build.exitCode !== noCargo && interruption() === null) {
  console.error('The native code could not be built (see above): the TypeScript implementation will do the work.')
}
if (interruption() === null) {
  const demo = await runCommand(['node', 'apps/workflow-template/src/demo/main.ts', ...process.argv.slice(2)])
  process.exitCode = demo.exitCode
} else process.exitCode = 130
