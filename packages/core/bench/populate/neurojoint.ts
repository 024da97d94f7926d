import { declare, planDeclare, populate, runWorker } from '../../src/index.ts'
import { openLease } from '../../src/jobs/lease.ts'
import { openJobQueue } from '../../src/jobs/open-queue.ts'
import { contextOf } from '../../src/query/database.ts'
import { median, QUEUE_LENGTHS, REFRESHED, time } from './operations.ts'

const CLAIMS = 40

/** This engine, in this process and in workers. */
export async function openNeurojoint() {
  // the settings have to stand in the environment before
  const { pipeline, Refreshed, Result, Sample, Waited } = await import('./pipeline.ts')
  const db = await pipeline.open()
  await declare(db, await planDeclare(db, pipeline.schemas))
  const { connection } = contextOf(db)
  const empty = async (table: typeof Result): Promise<void> => {
    const { schema, table: name } = table.declaration.name
    for (const one of [name, `~~${name.replace(/^_+/, '')}`])
      await connection.execute({ sql: `DELETE FROM \`${schema}\`.\`${one}\``, parameters: [] }).catch(() => {})
  }
  const fill = async (samples: number): Promise<void> => {
    const rows = Array.from({ length: samples }, (_, sample) => ({ sample }))
    await db(Sample).insert(rows, { skipDuplicates: true })
  }
  await fill(REFRESHED)
  return {
    populate: async (concurrency: number): Promise<number> => {
      await empty(Result)
      return time(() => populate(db, Result, { reserve: true, concurrency }))
    },
    refresh: async (): Promise<number> => {
      const queue = await openJobQueue(db, Refreshed)
      await empty(Refreshed)
      return time(() => queue.refresh())
    },
    /** Seconds from the first make that was begun to the last that ended. */
    work: async (processes: number): Promise<number> => {
      await empty(Waited)
      let [first, last] = [Infinity, 0]
      await runWorker({
        module: new URL('pipeline.ts', import.meta.url),
        tables: ['Waited'],
        processes,
        onEvent: ({ kind }) => {
          if (kind === 'started') first = Math.min(first, performance.now())
          if (kind === 'made') last = performance.now()
        },
      })
      return (last - first) / 1000
    },
    /** Milliseconds that claiming one key takes, by how many jobs there are. */
    claim: async (): Promise<readonly (readonly [jobs: number, milliseconds: number])[]> => {
      await using lease = openLease(db)
      const queue = await openJobQueue(db, Refreshed, { lease })
      const measured: [number, number][] = []
      for (const jobs of QUEUE_LENGTHS) {
        await empty(Refreshed)
        await fill(jobs)
        await queue.refresh()
        const taken: number[] = []
        for (let turn = 0; turn < CLAIMS; turn += 1)
          taken.push(await time(() => queue.claim({ limit: 1, leaseSeconds: 60 })))
        measured.push([jobs, 1000 * median(taken)])
      }
      return measured
    },
    close: () => db.close(),
  }
}
