/**
 * `npm run bench:blobs [-- --write]`: this engine, Python DataJoint and the driver alone on one MariaDB server, and this
 * engine on SQLite, by turns in one run. Prints a table; `--write` puts it into `docs/benchmarks/blobs.md`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMariadb } from '../../../servers/src/index.ts'
import { datajoint } from './datajoint.ts'
import { mysql2 } from './mysql2.ts'
import { neurojoint } from './neurojoint.ts'
import { type Contestant, type Operation, operations } from './operations.ts'
import { formatReport, writeReport } from './report.ts'

const REPETITIONS = 7

const folder = await mkdtemp(join(tmpdir(), 'neurojoint-bench-'))
// what is read was just written: a server that holds less of it in memory than that measures its disk
const memory = '--innodb-buffer-pool-size=1G'
await using server = await startMariadb({ parameters: [memory], onProgress: (message) => console.error(message) })
const { kind: _, ...location } = server.settings
const contestants: Contestant[] = []
try {
  contestants.push(await neurojoint('MariaDB', server.version, server.settings))
  contestants.push(await neurojoint('SQLite', '', { kind: 'sqlite', path: join(folder, 'bench.sqlite') }))
  contestants.push(await mysql2(location))
  contestants.push(await datajoint(location))
  const seconds = new Map<Contestant, Map<Operation, number>>(contestants.map((one) => [one, new Map()]))
  for (const operation of operations) {
    const runs = new Map<Contestant, number[]>(contestants.map((one) => [one, []]))
    // the first turn warms up
    for (let turn = 0; turn <= REPETITIONS; turn += 1) {
      for (const contestant of contestants) {
        const taken = await contestant.run(operation)
        if (turn > 0) runs.get(contestant)?.push(taken)
      }
    }
    for (const [contestant, taken] of runs) seconds.get(contestant)?.set(operation, median(taken))
    console.error(
      operation,
      [...runs.values()].map((taken) => taken.map((one) => one.toFixed(3)).join(' ')).join(' | '),
    )
  }
  const report = formatReport({ server: `MariaDB ${server.version}`, contestants, seconds })
  console.log(report)
  if (process.argv.includes('--write')) await writeReport(report)
} finally {
  for (const contestant of contestants) await contestant.close()
  await rm(folder, { recursive: true, force: true })
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.trunc(sorted.length / 2)] ?? NaN
}
