import { expect, test } from 'vitest'
import { defineSchema } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'

onEveryDatabase('preview', (database) => {
  const open = async (rows: number) => {
    const schema = defineSchema(`${database.prefix()}lab`)
    const Scan = schema.manual(
      'Scan',
      {},
      `
      subject : varchar(30)
      scan    : int32           # counted per subject
      ---
      quality = null : float64
      good           : bool
      image   = null : <blob>
      raw     = null : bytes
      settings       : json
    `,
    )
    const { db, [Symbol.asyncDispose]: dispose } = await database.pipeline([schema])
    await db(Scan).insert(
      Array.from({ length: rows }, (_, scan) => ({
        subject: scan === 1 ? 'a name\twith a tab' : 'm1',
        scan,
        quality: scan === 0 ? null : 0.5,
        good: true,
        image: { scan },
        raw: Uint8Array.of(1),
        settings: { gain: 1 },
      })),
    )
    return { db, Scan, [Symbol.asyncDispose]: dispose }
  }

  test('is a table of text: keys with a star, long values cut, nothing large read, all rows counted', async () => {
    await using lab = await open(3)
    const { text, rows, total, attributes } = await lab.db(lab.Scan).preview()
    expect(text).toBe(
      [
        '*subject       *scan quality good image  raw   settings',
        '-------------- ----- ------- ---- ------ ----- --------',
        'a name with a… 1     0.5     true <blob> bytes json',
        'm1             0     NULL    true <blob> bytes json',
        'm1             2     0.5     true <blob> bytes json',
        ' (Total: 3)',
      ].join('\n'),
    )
    expect(rows[0]?.[0]).toBe('a name\twith a tab')
    expect(total).toEqual({ rows: 3, more: false })
    expect(attributes[1]).toEqual({ name: 'scan', inKey: true, comment: 'counted per subject' })
  })

  test('shows some rows of many, of any relation, and none of none', async () => {
    await using lab = await open(40)
    const many = await lab.db(lab.Scan).preview()
    expect(many.rows).toHaveLength(12)
    expect(many.text.split('\n').slice(-2)).toEqual(['...', ' (Total: 40)'])
    const two = await lab
      .db(lab.Scan)
      .top({ order: ['scan desc'], limit: 5 })
      .project('good')
      .preview({ limit: 2 })
    expect(two.text.split('\n')).toEqual([
      '*subject *scan good',
      '-------- ----- ----',
      'm1       35    true',
      'm1       36    true',
      '...',
      ' (Total: 5)',
    ])
    const none = await lab.db(lab.Scan).restrict({ scan: 99 }).preview()
    expect(none.text.split('\n').at(-1)).toBe(' (Total: 0)')
    expect(none.rows).toEqual([])
    for (const options of [{ limit: -1 }, { limit: 1.5 }, { width: 0 }, { width: NaN }]) {
      await expect(lab.db(lab.Scan).preview(options)).rejects.toMatchObject({ code: 'invalid-call' })
    }
    expect((await lab.db(lab.Scan).preview({ limit: 0, width: 1 })).text.split('\n').at(-1)).toBe(' (Total: 40)')
  })

  test('counts no further than a hundred thousand rows', async () => {
    await using lab = await open(400)
    const { db, Scan } = lab
    const pairs = db(Scan)
      .project()
      .join(db(Scan).project({ other: 'subject', scan_2: 'scan' }).project('...'))
    const { text, total } = await pairs.preview({ limit: 1 })
    expect(total).toEqual({ rows: 100_000, more: true })
    expect(text.split('\n').at(-1)).toBe(' (Total: more than 100,000)')
  })
})
