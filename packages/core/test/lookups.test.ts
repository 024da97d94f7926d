import { expect, test } from 'vitest'
import { type AnyTable, populate } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { labSchemas } from './lab.ts'

onEveryDatabase('lookup rows of a make', (database) => {
  const open = async (target: 'Rig' | 'Subject' = 'Rig') => {
    const { lab, Subject, Session } = labSchemas(database.prefix())
    const Rig = lab.lookup('Rig', {}, 'rig : varchar(16)', {
      parts: {
        Camera: [
          {},
          `
        -> master
        camera : int16
      `,
        ],
      },
    })
    const tables: Record<string, AnyTable> = { Rig, Subject }
    const Video = lab.imported(
      'Video',
      { Session, Rig },
      `
      -> Session
      ---
      -> Rig
    `,
      {
        fetch: ({ session }) => (session === 3 ? 'rig B' : 'rig A'),
        compute: (rig) => ({
          row: { rig },
          lookups: [
            { table: tables[target] ?? Rig, rows: [{ rig }] },
            {
              table: Rig.Camera,
              rows: [
                { rig, camera: 0 },
                { rig, camera: 1 },
              ],
            },
          ],
        }),
      },
    )
    const pipeline = await database.pipeline([lab])
    const { db } = pipeline
    await db(Subject).insert([{ subject: 'm1' }])
    await db(Session).insert(
      [1, 2, 3].map((session) => ({ subject: 'm1', session, started: `2024-05-0${session} 10:00:00` })),
    )
    return { Rig, Video, db, [Symbol.asyncDispose]: () => pipeline[Symbol.asyncDispose]() }
  }

  test('are inserted before the row, once', async () => {
    await using lab = await open()
    expect(await populate(lab.db, lab.Video)).toMatchObject({ made: 3 })
    expect(await lab.db(lab.Rig).fetch({ order: ['rig'] })).toEqual([{ rig: 'rig A' }, { rig: 'rig B' }])
    expect(await lab.db(lab.Rig.Camera).count()).toBe(4)
    expect(await lab.db(lab.Video).restrict({ rig: 'rig A' }).count()).toBe(2)
  })

  test('are refused for a table that is no lookup', async () => {
    await using lab = await open('Subject')
    await expect(populate(lab.db, lab.Video)).rejects.toMatchObject({
      code: 'invalid-make',
      message: expect.stringContaining('lookup rows for Subject, a table of tier manual'),
    })
    expect(await lab.db(lab.Rig).count()).toBe(0)
  })
})
