import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { declare, definePipeline, defineSchema, jobsOf, planDeclare, populate } from '../../src/index.ts'
import { openJobQueue } from '../../src/jobs/open-queue.ts'
import { long } from '../long.ts'
import { type Peer, withEveryPython } from './servers.ts'

/** A table with keys, and one that is made from them, as both languages define them. */
async function opened({ settings, generation }: Peer, name: string, keys: number) {
  const schema = defineSchema(name, generation === '0.14' ? { compat: 'python-0.14' } : {})
  const Source = schema.manual(
    'Source',
    {},
    `
    subject : varchar(16)
    day : date
    n : smallint
  `,
  )
  const made: string[] = []
  const Score = schema.computed(
    'Score',
    { Source },
    `
    -> Source
    ---
    maker : varchar(8)
  `,
    {
      fetch: (key) => key,
      compute: async (key) => {
        await pause(2)
        made.push(String(key.n))
        return { row: { maker: 'ours' } }
      },
    },
  )
  const db = await definePipeline({ schemas: [schema], tables: {}, database: settings }).open()
  await declare(db, await planDeclare(db, [schema]))
  await db(Source).insert(
    Array.from({ length: keys }, (_, n) => ({ subject: `sübject ${n % 3}`, day: '2024-02-29', n })),
  )
  return { db, Source, Score, made }
}

const pythonSide = ({ generation }: Peer, name: string): string => `
import time
schema = dj.${generation === '2.x' ? 'Schema' : 'schema'}("${name}")
made = []
@schema
class Source(dj.Manual):
    definition = """
    subject : varchar(16)
    day : date
    n : smallint
    """
@schema
class Score(dj.Computed):
    definition = """
    -> Source
    ---
    maker : varchar(8)
    """
    def make(self, key):
        if key["n"] == failing:
            raise ValueError("no signal in " + str(key["n"]))
        time.sleep(0.002)
        made.append(str(key["n"]))
        self.insert1(dict(key, maker="python"))
failing = -1`

withEveryPython('jobs', (peer) => {
  const isNew = peer.generation === '2.x'
  const numbers = (condition: string): string =>
    isNew
      ? `sorted(k["n"] for k in (Score().jobs & "${condition}").keys())`
      : `sorted(r["key"]["n"] for r in (schema.jobs & "${condition}").fetch(as_dict=True))`

  test('the states that we write, Python reads, and the reverse', { timeout: 60_000 }, async () => {
    const name = peer.schema()
    const { db, Score } = await opened(peer, name, 6)
    const python = await peer.python()
    try {
      await python.execute(pythonSide(peer, name))
      const jobs = jobsOf(db, Score)
      await jobs.ignore([{ subject: 'sübject 0', day: '2024-02-29', n: 0 }])
      const queue = await openJobQueue(db, Score)
      await queue.refresh()
      const claims = await queue.claim({ limit: 2, leaseSeconds: 60, order: 'key' })
      const [failed, held] = claims
      if (!failed || !held) throw new Error('There was nothing to claim')
      await queue.fail(failed, { message: 'code: déjà vu', stack: 'Error: déjà vu\n    at make', code: null }, null)
      const [failedN, heldN] = claims.map(({ key }) => ('n' in key ? Number(key.n) : -1))
      expect(await python.run(numbers("status='ignore'"))).toEqual([0])
      expect(await python.run(numbers("status='error'"))).toEqual([failedN])
      expect(await python.run(numbers("status='reserved'"))).toEqual([heldN])
      const errors = isNew
        ? `(Score().jobs & "status='error'").to_dicts()`
        : `(schema.jobs & "status='error'").fetch(as_dict=True)`
      expect(await python.run(`e = ${errors}[0]\ne["error_message"], e["error_stack"]`)).toEqual([
        'code: déjà vu',
        'Error: déjà vu\n    at make',
      ])
      await queue.release([held])

      // Python makes what is left, but for one that fails
      await python.execute(`failing = ${heldN}\nScore.populate(reserve_jobs=True, suppress_errors=True)`)
      const listed = await jobs.list()
      const told = new Map(listed.map(({ key, status, message }) => [key.n, [status, message]]))
      expect(told).toEqual(
        new Map([
          [0, ['ignore', '']],
          [failedN, ['error', 'code: déjà vu']],
          [heldN, ['error', `ValueError: no signal in ${heldN}`]],
        ]),
      )
      const theirs = listed.find(({ key }) => key.n === heldN)
      expect(theirs?.stack).toContain('Traceback')
      expect(await db(Score).count()).toBe(3)

      // retried by us, as nobody else would
      await jobs.retry()
      await populate(db, Score, { reserve: true })
      expect(await db(Score).restrict({ maker: 'ours' }).count()).toBe(2)
      expect((await jobs.list()).map(({ status }) => status)).toEqual(['ignore'])
    } finally {
      await python.execute(`dj.conn().query("drop database if exists \`${name}\`")`)
      await python.close()
      await db.close()
    }
  })

  test('mixed workers make every key once', { timeout: 120_000 }, async () => {
    const name = peer.schema()
    const keys = long ? 200 : 150
    const { db, Score, made } = await opened(peer, name, keys)
    const pythons = await Promise.all([peer.python(), peer.python()])
    try {
      for (const python of pythons) await python.execute(pythonSide(peer, name))
      const options = { reserve: true, concurrency: 2, batch: 3, onError: 'continue' } as const
      const work = [
        populate(db, Score, options),
        ...pythons.map((python, index) =>
          python.execute(`Score.populate(reserve_jobs=True${isNew ? '' : ', order="random"'})\nindex = ${index}`),
        ),
      ]
      await Promise.all(work)
      // what the others had reserved when one of them found nothing more to do
      await populate(db, Score, options)
      const lists = await Promise.all(pythons.map((python) => python.run('made')))
      const all = [...made, ...lists.flatMap((list) => list as readonly string[])]
      expect(all.length).toBe(keys)
      expect(new Set(all).size).toBe(keys)
      expect(made.length).toBeGreaterThan(0)
      expect(all.length - made.length).toBeGreaterThan(0)
      expect(await db(Score).count()).toBe(keys)
      expect((await jobsOf(db, Score).progress()).total).toBe(0)
    } finally {
      await pythons[0]?.execute(`dj.conn().query("drop database if exists \`${name}\`")`)
      for (const python of pythons) await python.close()
      await db.close()
    }
  })
})
