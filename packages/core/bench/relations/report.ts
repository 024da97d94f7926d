import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Contestant, type Operation, operations, titles } from './operations.ts'
import type { StreamMeasure } from './stream.ts'

export interface Results {
  readonly server: string
  /** The last one is what the others are compared with. */
  readonly contestants: readonly Contestant[]
  /** The median of the turns. */
  readonly seconds: ReadonlyMap<Contestant, ReadonlyMap<Operation, number>>
  readonly streams: readonly StreamMeasure[]
}

/** A page with how many times as fast as the last contestant each of the others was. */
export function formatReport({ server, contestants, seconds, streams }: Results): string {
  const reference = contestants.at(-1)
  const others = contestants.slice(0, -1)
  const of = (contestant: Contestant | undefined, operation: Operation) =>
    contestant === undefined ? undefined : seconds.get(contestant)?.get(operation)
  const ratio = (contestant: Contestant, operation: Operation): string => {
    const [slow, fast] = [of(reference, operation), of(contestant, operation)]
    return slow === undefined || fast === undefined ? '–' : `${formatRatio(slow / fast)}x`
  }
  const titleOf = ({ name, version }: Contestant) => `${name} ${version}`.trim()
  return `# How fast relations are

How many times as fast as ${reference ? titleOf(reference) : ''} on ${server}: medians of five turns in one run, taken on
${new Date().toISOString().slice(0, 10)} with Node ${process.versions.node}. One server with its default durability, all on one
machine. "mysql2 alone" is the driver with statements written by hand, no engine: what could at best be had.

| | ${others.map(titleOf).join(' | ')} |
|---|${others.map(() => '---:|').join('')}
${operations
  .map((operation) => {
    const cells = others.map((contestant) => ratio(contestant, operation))
    return `| ${titles[operation]} | ${cells.join(' | ')} |`
  })
  .join('\n')}

Streaming ${streams[0]?.rows.toLocaleString('en') ?? ''} rows with \`for await (const row of db(Table).stream())\` in a process whose heap is limited to 96 MiB:
${streams.map(({ name, before, peak }) => `on ${name} the process grew from ${before.toFixed(0)} to at most ${peak.toFixed(0)} MiB`).join('; ')}.

Run it with \`npm run bench:relations\` (\`-- --write\` puts the table here). It makes a Python environment with \`datajoint\` in the
cache folder the first time; \`DATAJOINT_PYTHON\` names another interpreter that has it.
`
}

export const writeReport = (report: string): Promise<void> =>
  writeFile(join(import.meta.dirname, '../../../../docs/benchmarks/relations.md'), report)

/** With two digits that count. */
const formatRatio = (ratio: number): string => Number(ratio.toPrecision(2)).toLocaleString('en')
