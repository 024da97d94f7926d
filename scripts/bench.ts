/** `npm run bench -- <package>`: runs the benchmarks of one package, or of all that have some. */
import { globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root, runCommand } from './command.ts'

const [wanted] = process.argv.slice(2)
const folders = new Set(
  globSync(`packages/${wanted ?? '*'}/bench/*.bench.ts`, { cwd: root }).map((path) => dirname(dirname(path))),
)
if (folders.size === 0) {
  console.error(`There are no benchmarks in ${wanted === undefined ? 'packages/' : `packages/${wanted}`}.`)
  process.exitCode = 1
}
for (const folder of [...folders].toSorted()) {
  const { exitCode } = await runCommand(['vitest', 'bench', '--run'], { cwd: join(root, folder) })
  process.exitCode ||= exitCode
}
