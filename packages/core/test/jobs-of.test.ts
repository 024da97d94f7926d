import { expect, test } from 'vitest'
import { jobsOf } from '../src/index.ts'
import { jobErrorOf } from '../src/jobs/job-error.ts'
import { openJobQueue } from '../src/jobs/open-queue.ts'
import { onEveryDatabase } from './databases.ts'
import { jobsLab } from './jobs-lab.ts'

onEveryDatabase('the jobs of a table', (database) => {
  test.each(['2.x', '0.14'] as const)('are listed, tried again, ignored and cleared in %s', async (generation) => {
    await using lab = await jobsLab(database, {
      sessions: 5,
      ...(generation === '0.14' && { compat: 'python-0.14' }),
    })
    const modern = generation === '2.x'
    const jobs = jobsOf(lab.db, lab.Stat)
    const queue = await openJobQueue(lab.db, lab.Stat)
    expect(await jobs.refresh()).toMatchObject({ added: modern ? 5 : 0 })
    const claims = await queue.claim({ limit: 3, leaseSeconds: 60, order: 'key' })
    const problem = new Error('the file is gone', {
      cause: Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' }),
    })
    for (const claim of claims.slice(0, 2)) await queue.fail(claim, jobErrorOf(problem), null)
    const waiting = modern ? 2 : 0
    expect(await jobs.progress()).toEqual({
      pending: waiting,
      reserved: 1,
      success: 0,
      error: 2,
      ignore: 0,
      total: waiting + 3,
    })

    const [failed, ...others] = await jobs.list({ status: 'error', restriction: { session: 2 } })
    expect(others).toEqual([])
    expect(failed).toMatchObject({
      key: { subject: 'm1', session: 2 },
      status: 'error',
      message: 'Error: the file is gone | caused by Error [ENOENT]: ENOENT: no such file',
      pid: process.pid,
    })
    expect(failed?.stack).toMatch(/Error: the file is gone\n[^]*jobs-of\.test[^]*caused by Error: ENOENT/)
    const [held] = await jobs.list({ status: ['reserved'] })
    expect(held).toMatchObject({ key: { subject: 'm1', session: 4 }, attempts: 1, message: '' })
    expect(held?.version).toMatch(/^neurojoint\/1 /)

    expect(await jobs.retry({ session: 2 })).toBe(1)
    expect(
      await jobs.ignore([
        { subject: 'm1', session: 0 },
        { subject: 'm2', session: 3 },
      ]),
    ).toBe(2)
    expect(await jobs.progress()).toMatchObject({ error: 0, ignore: 2, reserved: 1 })
    expect(await jobs.takeOver({ session: 4 })).toBe(1)
    const last = claims[2]
    expect(last && (await queue.fail(last, jobErrorOf('late'), null))).toBe(false)
    const free = await queue.claim({ limit: 9, leaseSeconds: 60 })
    expect(new Set(free.map(({ key }) => Reflect.get(key, 'session')))).toEqual(new Set([1, 2, 4]))
    expect(await jobs.clear()).toBe(2)
    expect(await jobs.clear(lab.db(lab.Session).restrict({ session: 1 }).project(), 'reserved')).toBe(1)
    expect(await jobs.progress()).toMatchObject({ reserved: 2, total: 2 })
    await expect(jobs.refresh({ priority: 300 })).rejects.toMatchObject({ code: 'invalid-call' })
    await expect(jobs.refresh({ delay: 1 } as never)).rejects.toMatchObject({ code: 'invalid-call' })
    await expect(jobs.list({ status: 'done' as never })).rejects.toMatchObject({ code: 'invalid-call' })
    // in the line of the caller
    const here = expect.stringContaining('jobs-of.test.ts')
    await expect(jobs.retry({ color: 1 } as never)).rejects.toMatchObject({ code: 'unknown-attribute', stack: here })
    await expect(jobs.ignore([{ session: 'x' }] as never)).rejects.toMatchObject({ code: 'invalid-value', stack: here })
    expect(() => jobsOf(lab.Stat as never, lab.db as never)).toThrow(/takes the database and then a table/)
  })
})
