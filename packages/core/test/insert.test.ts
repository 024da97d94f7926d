import { expect, test } from 'vitest'
import { onEveryDatabase } from './databases.ts'
import { labSchemas } from './lab.ts'

onEveryDatabase('insert', (database) => {
  const open = async () => {
    const schemas = labSchemas(database.prefix())
    const { db, [Symbol.asyncDispose]: dispose } = await database.pipeline([schemas.lab])
    return { ...schemas, db, [Symbol.asyncDispose]: dispose }
  }

  test('inserts many rows or none, and names the row and the attribute that are wrong', async () => {
    await using lab = await open()
    const subjects = Array.from({ length: 2500 }, (_, index) => ({ subject: `m${index}` }))
    await expect(lab.db(lab.Subject).insert([...subjects, { subject: 'much too long' }])).rejects.toMatchObject({
      code: 'invalid-row',
      row: 2500,
      attributes: ['subject'],
    })
    await expect(lab.db(lab.Subject).insert([...subjects, { subject: 'm7' }])).rejects.toMatchObject({
      code: 'duplicate-row',
      row: 2500,
      attributes: ['subject'],
    })
    expect(await lab.db(lab.Subject).count()).toBe(0)
    expect(await lab.db(lab.Subject).insert(subjects)).toBe(2500)
    expect(await lab.db(lab.Subject).count()).toBe(2500)
  })

  test('names the row whose parent is missing', async () => {
    await using lab = await open()
    await lab.db(lab.Subject).insert([{ subject: 'm1' }])
    await expect(
      lab.db(lab.Session).insert([
        { subject: 'm1', session: 1, started: '2024-05-01 10:00:00' },
        { subject: 'm2', session: 1, started: '2024-05-01 10:00:00' },
      ]),
    ).rejects.toMatchObject({ code: 'missing-parent-row', row: 1, attributes: ['subject'], parent: 'Subject' })
    expect(await lab.db(lab.Session).count()).toBe(0)
  })

  test('a unique index refuses what the primary key allows', async () => {
    await using lab = await open()
    await lab.db(lab.Subject).insert([{ subject: 'm1' }])
    const started = '2024-05-01 10:00:00'
    await lab.db(lab.Session).insert([{ subject: 'm1', session: 1, started }])
    const again = { subject: 'm1', session: 2, started }
    await expect(lab.db(lab.Session).insert([again])).rejects.toMatchObject({
      code: 'duplicate-row',
      attributes: ['subject', 'started'],
    })
  })

  test('skips rows whose key is there, and leaves those as they are', async () => {
    await using lab = await open()
    await lab.db(lab.Subject).insert([{ subject: 'm1', notes: 'first' }])
    const inserted = await lab.db(lab.Subject).insert(
      [
        { subject: 'm1', notes: 'second' },
        { subject: 'm2', notes: 'second' },
      ],
      { skipDuplicates: true },
    )
    expect(inserted).toBe(1)
    expect(await lab.db(lab.Subject).restrict({ subject: 'm1' }).fetch1()).toMatchObject({ notes: 'first' })
  })

  test('refuses unknown attributes unless told to leave them out', async () => {
    await using lab = await open()
    const row = { subject: 'm1', colour: 'black' }
    await expect(lab.db(lab.Subject).insert([row])).rejects.toMatchObject({
      code: 'invalid-row',
      attributes: ['colour'],
    })
    await lab.db(lab.Subject).insert([row], { ignoreExtra: true })
    expect(await lab.db(lab.Subject).count()).toBe(1)
  })

  test('a required attribute that is missing, and NULL where it is not allowed, are refused', async () => {
    await using lab = await open()
    await lab.db(lab.Subject).insert([{ subject: 'm1' }])
    // @ts-expect-error: `started` is required
    await expect(lab.db(lab.Session).insert([{ subject: 'm1', session: 1 }])).rejects.toMatchObject({
      code: 'invalid-row',
      attributes: ['started'],
    })
    // @ts-expect-error: `sex` is not nullable
    await expect(lab.db(lab.Subject).insert([{ subject: 'm2', sex: null }])).rejects.toMatchObject({
      code: 'invalid-row',
      attributes: ['sex'],
    })
  })

  test('rows of one call may give different attributes: each that is left out gets its default', async () => {
    await using lab = await open()
    await lab.db(lab.Subject).insert([
      { subject: 'm1', notes: 'n' },
      { subject: 'm2', weight: 20 },
    ])
    expect(await lab.db(lab.Subject).fetch({ order: ['subject'] })).toMatchObject([
      { notes: 'n', weight: null },
      { notes: '', weight: 20 },
    ])
  })
})
