/**
 * `npm run bench:populate [-- --write]`: this engine and Python DataJoint on one MariaDB server, by turns in one run. Prints
 * tables; `--write` puts them into `docs/benchmarks/populate.md`.
 */
import { startMariadb } from '../../../servers/src/index.ts'
import { datajoint } from './datajoint.ts'
import { openFloor } from './floor.ts'
import { openNeurojoint } from './neurojoint.ts'
import { median, WORKERS } from './operations.ts'
import { formatReport, writeReport } from './report.ts'

const REPETITIONS = 5

await using server = await startMariadb({ onProgress: (message) => console.error(message) })
const { kind, ...location } = server.settings
process.env['BENCH_DATABASE'] = JSON.stringify({ kind, ...location })
const ours = await openNeurojoint()
const python = await datajoint(location)
const floor = await openFloor(location)
try {
  const measures = {
    python: () => python.run('populate'),
    one: () => ours.populate(1),
    eight: () => ours.populate(8),
    floorOfOne: () => floor.run(1),
    floorOfEight: () => floor.run(8),
    refreshOfPython: () => python.run('refresh'),
    refresh: () => ours.refresh(),
  }
  const taken = new Map<string, number[]>()
  // the first turn warms up
  for (let turn = 0; turn <= REPETITIONS; turn += 1) {
    for (const [name, measure] of Object.entries(measures)) {
      const seconds = await measure()
      if (turn > 0) taken.set(name, [...(taken.get(name) ?? []), seconds])
    }
  }
  for (const [name, seconds] of taken) console.error(name, seconds.map((one) => one.toFixed(3)).join(' '))
  const of = (name: keyof typeof measures): number => median(taken.get(name) ?? [])
  const workers = { one: await ours.work(1), all: await ours.work(WORKERS) }
  const report = formatReport({
    server: `MariaDB ${server.version}`,
    python: python.version,
    populate: {
      one: of('one'),
      eight: of('eight'),
      python: of('python'),
      floorOfOne: of('floorOfOne'),
      floorOfEight: of('floorOfEight'),
    },
    refresh: { ours: of('refresh'), python: of('refreshOfPython') },
    workers,
    claims: await ours.claim(),
  })
  console.log(report)
  if (process.argv.includes('--write')) await writeReport(report)
} finally {
  await Promise.all([python.close(), ours.close(), floor.close()])
}
