import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MAKES, REFRESHED, WAIT_MILLISECONDS, WAITING_MAKES, WORKERS } from './operations.ts'

/** Medians in seconds, but for the claims, which are in milliseconds. */
export interface Results {
  readonly server: string
  readonly python: string
  readonly populate: {
    readonly one: number
    readonly eight: number
    readonly python: number
    readonly floorOfOne: number
    readonly floorOfEight: number
  }
  readonly refresh: { readonly ours: number; readonly python: number }
  readonly workers: { readonly one: number; readonly all: number }
  readonly claims: readonly (readonly [jobs: number, milliseconds: number])[]
}

export function formatReport({ server, python, populate, refresh, workers, claims }: Results): string {
  const { one, eight, floorOfOne, floorOfEight } = populate
  const row = (title: string, seconds: number, reference: number) =>
    `| ${title} | ${formatNumber(seconds)} | ${formatNumber(reference / seconds)}x |`
  return `# How fast populating is

Seconds, and how many times as fast as datajoint (Python) ${python}, on ${server} with its default durability: medians of
turns in one run, all on one machine, taken on ${new Date().toISOString().slice(0, 10)} with Node ${process.versions.node}.

| populate ${MAKES.toLocaleString('en')} trivial keys with reservation | seconds | as fast as datajoint |
|---|---:|---:|
${row('datajoint (Python), one process', populate.python, populate.python)}
${row('one make at a time', one, populate.python)}
${row('eight makes at once', eight, populate.python)}
${row('floor: one insert and commit per key by the driver alone, one connection', floorOfOne, populate.python)}
${row('floor: the same on eight connections', floorOfEight, populate.python)}

Every key is kept by itself, which takes the server one write to its disk: that is the floor. The reservation of a key ends
in the same transaction that inserts its row, and keys are claimed many at a time.

| refresh a queue by ${REFRESHED.toLocaleString('en')} keys | seconds | as fast as datajoint |
|---|---:|---:|
${row('datajoint (Python)', refresh.python, refresh.python)}
${row('this engine', refresh.ours, refresh.python)}

${WAITING_MAKES.toLocaleString('en')} makes that wait ${WAIT_MILLISECONDS} ms each take one worker process ${formatNumber(workers.one)} s and ${WORKERS} of them ${formatNumber(workers.all)} s, which is ${formatNumber(workers.one / workers.all)}x as fast, from the first make that is begun to the last that ends.

| jobs in the queue | milliseconds to claim one |
|---:|---:|
${claims.map(([jobs, milliseconds]) => `| ${jobs.toLocaleString('en')} | ${formatNumber(milliseconds)} |`).join('\n')}

Run it with \`npm run bench:populate\` (\`-- --write\` puts the tables here). It makes a Python environment with \`datajoint\` in the
cache folder the first time; \`DATAJOINT_PYTHON\` names another interpreter that has it.
`
}

export const writeReport = (report: string): Promise<void> =>
  writeFile(join(import.meta.dirname, '../../../../docs/benchmarks/populate.md'), report)

/** With two digits that count. */
const formatNumber = (value: number): string =>
  Number(value.toPrecision(2)).toLocaleString('en', { maximumFractionDigits: 4 })
