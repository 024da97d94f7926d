import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Contestant, type Operation, operations, titles } from './operations.ts'

export interface Results {
  readonly server: string
  /** The last one is what the others are compared with. */
  readonly contestants: readonly Contestant[]
  /** The median of the turns. */
  readonly seconds: ReadonlyMap<Contestant, ReadonlyMap<Operation, number>>
}

/** A page with how long each took, and how many times as fast as the last contestant it was. */
export function formatReport({ server, contestants, seconds }: Results): string {
  const reference = contestants.at(-1)
  const of = (contestant: Contestant | undefined, operation: Operation): number =>
    (contestant && seconds.get(contestant)?.get(operation)) ?? NaN
  const cell = (contestant: Contestant, operation: Operation): string => {
    const taken = `${formatNumber(of(contestant, operation))} s`
    const ratio = `**${formatNumber(of(reference, operation) / of(contestant, operation))}x** · `
    return contestant === reference ? taken : ratio + taken
  }
  const titleOf = ({ name, version }: Contestant) => `${name} ${version}`.trim()
  return `# How fast blobs are

How many times as fast as ${reference ? titleOf(reference) : ''} on ${server}, and seconds: medians of seven turns in one run,
taken on ${new Date().toISOString().slice(0, 10)} with Node ${process.versions.node}. One server with its default durability and room in memory for all that is read, all on one machine. Each reads what it
wrote itself. "mysql2 alone" is the driver with statements written by hand, of bytes that nobody packs or compresses.

| | ${contestants.map(titleOf).join(' | ')} |
|---|${contestants.map(() => '---:|').join('')}
${operations
  .map((operation) => `| ${titles[operation]} | ${contestants.map((one) => cell(one, operation)).join(' | ')} |`)
  .join('\n')}

Random doubles would shrink by 6 %: Python compresses them, this engine sees from a sample that it is not worth it. Traces are int16
noise, which shrinks to 58 %: both compress them with zlib at its default level, this engine beside the main thread.

Run it with \`npm run bench:blobs\` (\`-- --write\` puts the table here). It makes a Python environment with \`datajoint\` in the
cache folder the first time; \`DATAJOINT_PYTHON\` names another interpreter that has it.
`
}

export const writeReport = (report: string): Promise<void> =>
  writeFile(join(import.meta.dirname, '../../../../docs/benchmarks/blobs.md'), report)

/** With two digits that count. */
const formatNumber = (value: number): string =>
  Number(value.toPrecision(2)).toLocaleString('en', { maximumFractionDigits: 4 })
