/** `npm run bench -- <package>`: runs the benchmarks of one package, or of all that have some. */
import { globSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { root, runCommand } from './command.ts'
import { helpIfAsked, refuse } from './usage.ts'

const folders = [
  ...new Set(globSync('packages/*/bench/*.bench.ts', { cwd: root }).map((path) => dirname(dirname(path)))),
].toSorted()
const names = folders.map((folder) => basename(folder))
const parameters = process.argv.slice(2)
const [wanted, ...others] = parameters
const unknown = wanted === undefined || names.includes(wanted) ? others[0] : wanted
const usage = `npm run bench                 the benchmarks of all packages that have some
npm run bench -- <package>    those of one: ${names.join(', ')}`
helpIfAsked(usage, parameters)
if (unknown !== undefined) refuse(`There are no benchmarks of \`${unknown}\`.`, usage)

for (const folder of folders.filter((_, index) => wanted === undefined || names[index] === wanted)) {
  const { exitCode } = await runCommand(['vitest', 'bench', '--run'], { cwd: join(root, folder) })
  process.exitCode ||= exitCode
}
