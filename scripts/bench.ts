/** `npm run bench -- <package>`: runs the benchmarks of one package, or of all. */
import { runCommand } from './command.ts'

const names = process.argv.slice(2)
const projects = names.flatMap((name) => ['--project', name])
const { exitCode } = await runCommand(['vitest', 'bench', '--run', ...projects])
process.exitCode = exitCode
