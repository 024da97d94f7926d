import { expect, test } from 'vitest'
import { parseAttributeType } from '../src/attribute/attribute-type.ts'
import { readMarker } from '../src/attribute/marker.ts'
import { declare, defineSchema, describe as describeTable, planDeclare } from '../src/index.ts'
import { contextOf } from '../src/query/database.ts'
import { onEveryDatabase } from './databases.ts'

onEveryDatabase('definitions', (database) => {
  test('X14: a table of one row takes one row, and everything can be done with it', async () => {
    const schema = defineSchema(`${database.prefix()}lab`)
    const Setup = schema.manual('Setup', {}, '# the rig\n---\nrig : varchar(16)\ndistance = 0.3 : float64')
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    expect(await db(Setup).fetch()).toEqual([])
    expect(await db(Setup).count()).toBe(0)
    await db(Setup).insert1({ rig: 'left' })
    expect(await db(Setup).fetch1()).toEqual({ rig: 'left', distance: 0.3 })
    expect(await db(Setup).keys()).toEqual([{}])
    expect(await db(Setup).count()).toBe(1)
    expect(await db(Setup).exists()).toBe(true)
    const second = db(Setup).insert1({ rig: 'right' })
    await expect(second).rejects.toMatchObject({ code: 'duplicate-row', row: 0, attributes: [] })
    await expect(second).rejects.toThrow('is a second one')
    const two = [{ rig: 'a' }, { rig: 'b' }]
    await expect(db(Setup).insert(two)).rejects.toMatchObject({ code: 'duplicate-row' })
    expect(await db(Setup).insert([{ rig: 'right' }], { skipDuplicates: true })).toBe(0)
    await db(Setup).insert([{ rig: 'front' }], { replace: true })
    await db(Setup).update1({ distance: 0.5 })
    expect(await db(Setup).restrict({ rig: 'front' }).fetch()).toEqual([{ rig: 'front', distance: 0.5 }])
    expect(await db(Setup).restrict({ rig: 'left' }).fetch()).toEqual([])
    expect(describeTable(Setup)).toBe('# the rig\n---\nrig : varchar(16)\ndistance = 0.3 : float64')
    await db(Setup).delete()
    expect(await db(Setup).exists()).toBe(false)
  })

  test('X14: tables of one row stand beside others in joins and restrictions', async () => {
    const schema = defineSchema(`${database.prefix()}lab`)
    const Setup = schema.manual('Setup', {}, '---\nrig : varchar(16)')
    const Subject = schema.manual('Subject', {}, 'subject : varchar(8)')
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Subject).insert([{ subject: 'a' }, { subject: 'b' }])
    expect(await db(Subject).join(db(Setup)).count()).toBe(0)
    expect(await db(Subject).restrict(db(Setup)).count()).toBe(0)
    await db(Setup).insert1({ rig: 'left' })
    expect(
      await db(Subject)
        .join(db(Setup))
        .fetch({ order: ['subject'] }),
    ).toEqual([
      { subject: 'a', rig: 'left' },
      { subject: 'b', rig: 'left' },
    ])
    expect(await db(Subject).restrict(db(Setup)).count()).toBe(2)
  })

  test('X13: comments, enum values and defaults of any characters are kept', async () => {
    const odd = `100 % of "it's": \\ ; -- /* \`x\` */ ? $1 :a`
    const schema = defineSchema(`${database.prefix()}lab`)
    const Odd = schema.manual(
      'Odd',
      {},
      `# ${odd}\nid : int32  # ${odd}\n---\nkind = '%s \\' : enum('%s \\', '"', '''', '; --')\nname = '%d ''" \\' : varchar(20)  # \\`,
    )
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Odd).insert([{ id: 1 }, { id: 2, kind: "'", name: odd.slice(0, 20) }])
    expect(await db(Odd).fetch({ order: ['id'] })).toEqual([
      { id: 1, kind: '%s \\', name: `%d '" \\` },
      { id: 2, kind: "'", name: odd.slice(0, 20) },
    ])
    expect(await planDeclare(db, [schema])).toMatchObject({ tables: [] })
    expect(Odd.declaration.comment).toBe(odd)
  })

  test('T27: an enum value with a colon, which would break the marker of its column, is refused', () => {
    const schema = defineSchema(`${database.prefix()}lab`)
    expect(() => schema.manual('Phase', {}, "id : int8\n---\nphase : enum('a:b')")).toThrow(
      expect.objectContaining({ code: 'colon-in-enum', line: 3 }),
    )
  })

  test('a part refers to its master and to the parts before it', async () => {
    const schema = defineSchema(`${database.prefix()}lab`)
    const Sorting = schema.manual('Sorting', {}, 'sorting : int16', {
      parts: {
        Channel: [{}, '-> master\nchannel : int16'],
        Unit: [
          {},
          '-> master\nunit : int32\n---\n-> master.Channel\n-> [nullable] master.Channel.proj(second="channel")',
        ],
      },
    })
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Sorting).insert([{ sorting: 1 }])
    await db(Sorting.Channel).insert([{ sorting: 1, channel: 7 }])
    const row = { sorting: 1, unit: 0, channel: 7, second: null }
    await db(Sorting.Unit).insert([row])
    expect(await db(Sorting.Unit).fetch()).toEqual([row])
    await expect(db(Sorting.Unit).insert([{ ...row, unit: 1, channel: 8 }])).rejects.toMatchObject({
      code: 'missing-parent-row',
      parent: 'Sorting.Channel',
    })
    expect(describeTable(Sorting.Unit)).toBe(
      "-> master\nunit : int32\n---\n-> master.Channel\n-> [nullable] master.Channel.proj(second='channel')",
    )
    await db(Sorting).delete()
    expect(await db(Sorting.Unit).count()).toBe(0)
  })

  test('a reference leads into another schema, by a group of its tables too', async () => {
    const lab = defineSchema(`${database.prefix()}lab`)
    const Subject = lab.manual('Subject', {}, 'subject : varchar(8)')
    const Probe = lab.lookup('Probe', {}, 'probe : varchar(8)', {
      contents: [{ probe: 'p1' }],
      parts: { Site: [{}, '-> master\nsite : int16'] },
    })
    const ephys = defineSchema(`${database.prefix()}ephys`)
    const Insertion = ephys.manual(
      'Insertion',
      { lab: { Subject, Probe } },
      '-> lab.Subject\ninsertion : int8\n---\n-> [unique] lab.Probe\n-> [nullable] lab.Probe.Site.proj(tip="site")',
    )
    expect(Insertion.parents).toEqual([Subject, Probe, Probe.Site])
    await using pipeline = await database.pipeline([lab, ephys])
    const { db } = pipeline
    await db(Subject).insert([{ subject: 'a' }])
    await db(Probe.Site).insert([{ probe: 'p1', site: 3 }])
    await db(Insertion).insert([{ subject: 'a', insertion: 1, probe: 'p1', tip: 3 }])
    const again = db(Insertion).insert([{ subject: 'a', insertion: 2, probe: 'p1', tip: null }])
    await expect(again).rejects.toMatchObject({ code: 'duplicate-row', attributes: ['probe'] })
    expect(await db(Insertion).fetch1()).toEqual({ subject: 'a', insertion: 1, probe: 'p1', tip: 3 })
    expect(() => ephys.manual('Wrong', { lab: { Subject } }, '-> lab.Subjekt' as never)).toThrow(
      'The tables given to it are lab.Subject.',
    )
  })

  test('an index stands on expressions and members of JSON values, or is refused by name where there are none', async () => {
    const schema = defineSchema(`${database.prefix()}lab`)
    const Plain = schema.manual('Plain', {}, 'id : int32')
    const functional = defineSchema(`${database.prefix()}functional`)
    const Named = functional.manual(
      'Named',
      {},
      `id : int32
      ---
      name : varchar(32)
      settings : json
      unique index ((lower(name)))
      index (settings.gain.left:decimal(5,2), name)`,
    )
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    expect(await db(Plain).count()).toBe(0)
    const { supports } = contextOf(db).connection.dialect
    const made = await planDeclare(db, [functional]).then(
      async (plan) => {
        await declare(db, plan)
        await db(Named).insert([{ id: 1, name: 'Ada', settings: { gain: { left: 1.5 } } }])
        const twice = db(Named).insert([{ id: 2, name: 'ADA', settings: {} }])
        const refused = await twice.then(String, ({ attributes }: { attributes: unknown }) => attributes)
        const updated = await db(Named)
          .insert([{ id: 2, name: 'Eve', settings: {} }])
          .then(() => db(Named).update1({ id: 2, name: 'ADA' }))
          .then(String, ({ message }: { message: unknown }) => message)
        expect(updated).toContain('(lower(name))')
        return [refused, (await planDeclare(db, [functional])).tables]
      },
      ({ code }: { code: unknown }) => [code],
    )
    expect(made).toEqual(supports.functionalIndexes ? [['(lower(name))'], []] : ['unsupported-index'])
  })
})

test.each([
  ['blob@raw', 'json', '<blob@raw>'],
  ['attach@raw', 'longtext', '<attach@raw>'],
  ['uint32', 'int unsigned', 'int unsigned'],
  ['uint8', 'tinyint unsigned', 'tinyint unsigned'],
])('T26: the marker %s, which a migration left on a column of %s, is read as %s', (marker, column, type) => {
  expect(readMarker(marker, parseAttributeType(column))?.text).toBe(type)
})

test('T32: a type may be written in any case, and is the whole word', () => {
  expect(parseAttributeType('INT32')).toEqual(parseAttributeType('int32'))
  expect(() => parseAttributeType('int33')).toThrow(expect.objectContaining({ code: 'unknown-type' }))
})
