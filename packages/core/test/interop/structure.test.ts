import { expect, test } from 'vitest'
import {
  type AnyTable,
  declare,
  definePipeline,
  defineSchema,
  describe as describeTable,
  planDeclare,
  readTables,
} from '../../src/index.ts'
import { type Peer, withEveryPython } from './servers.ts'

/** Every kind of table, part, reference and index, in two schemas. */
function schemasOf({ generation }: Peer, labName: string, workName: string) {
  const options = generation === '0.14' ? ({ compat: 'python-0.14' } as const) : {}
  const [small, real, text] =
    generation === '0.14' ? ['int', 'double', 'varchar(16)'] : ['int32', 'float64', 'varchar(16)']
  const lab = defineSchema(labName, options)
  const work = defineSchema(workName, options)
  // the types are chosen by the generation, so that the rows have none here
  const source = (definition: string): string =>
    definition
      .replaceAll('SMALL', small ?? '')
      .replaceAll('REAL', real ?? '')
      .replaceAll('TEXT', text ?? '')
  const Species = lab.lookup(
    'Species',
    {},
    source(`
    # what an animal is
    species : TEXT
  `),
  )
  const Subject = lab.manual(
    'Subject',
    { Species },
    source(`
    # an animal: it's ours, ä and 猫
    subject : TEXT  # its tag
    ---
    -> [nullable] Species
    -> [nullable] Species.proj(mother_species='species')
    weight = null : REAL  # (g)
    index (weight)
  `),
    {
      parts: {
        Tag: [
          {},
          source(`
    -> master
    tag : TEXT
    ---
    color : enum('red', 'blue')
    unique index (color, tag)
  `),
        ],
      },
    },
  )
  const Session = work.manual(
    'Session',
    { Subject },
    source(`
    -> Subject
    session = 1 : SMALL
    ---
    place = 'rig' : TEXT
  `),
  )
  const Pair = work.manual(
    'Pair',
    { Session },
    source(`
    -> Session.proj(first='session')
    -> Session.proj(second='session')
    ---
    -> [unique] Session.proj(best='session')
  `),
  )
  const Recording = work.imported(
    'Recording',
    { Session },
    source(`
    -> Session
    ---
    rate : REAL
  `),
    { fetch: () => null, compute: () => ({ row: { rate: 1 } }) },
  )
  const TagUse = work.computed(
    'TagUse',
    { Subject, Recording },
    source(`
    -> Subject.Tag
    -> Recording
    ---
    n : SMALL
  `),
    { fetch: () => null, compute: () => ({ row: { n: 1 } }) },
  )
  return { lab, work, tables: [Species, Subject, Session, Pair, Recording, TagUse] as readonly AnyTable[] }
}

const indent = (text: string, by: string): string => text.replace(/^/gm, by)

/** The class that a person would write in Python. */
function pythonClass(table: AnyTable): string {
  const tier = table.declaration.tier
  const parts = Object.entries(table.parts).map(
    ([name, part]) => `class ${name}(dj.Part):\n    definition = ${JSON.stringify(describeTable(part))}`,
  )
  const make = tier === 'imported' || tier === 'computed' ? ['def make(self, key):\n    pass'] : []
  const base = tier.charAt(0).toUpperCase() + tier.slice(1)
  const members = [`definition = ${JSON.stringify(describeTable(table))}`, ...parts, ...make]
  return `class ${table.typeName}(dj.${base}):\n${indent(members.join('\n'), '    ')}`
}

/** Data as text that a failed test shows line by line, whose names may be changed. */
const asText = (value: unknown, change = (text: string): string => text): readonly string[] =>
  change(JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? `${member}n` : member), 1)).split(
    '\n',
  )

withEveryPython('structure', (peer) => {
  const schemaClass = peer.generation === '2.x' ? 'Schema' : 'schema'

  test(
    'Python declares from our definitions what we declare from them, and reads both alike',
    { timeout: 120_000 },
    async () => {
      const [lab, work, theirLab, theirWork] = [peer.schema(), peer.schema(), peer.schema(), peer.schema()]
      const ours = schemasOf(peer, lab, work)
      const db = await definePipeline({ schemas: [ours.lab, ours.work], tables: {}, database: peer.settings }).open()
      const python = await peer.python()
      const asOurs = (text: string) => text.replaceAll(theirLab, lab).replaceAll(theirWork, work)
      try {
        await declare(db, await planDeclare(db, [ours.lab, ours.work]))
        for (const table of ours.tables) {
          const target = table.declaration.name.schema === lab ? theirLab : theirWork
          await python.execute(
            `${pythonClass(table)}\n${table.typeName} = dj.${schemaClass}("${target}")(${table.typeName})`,
          )
        }
        const found = async (names: readonly string[]) => {
          const tables = await readTables(db, names)
          return Object.fromEntries(tables.map((table) => [asOurs(JSON.stringify(table.declaration.name)), table]))
        }
        const [declared, copied] = [await found([lab, work]), await found([theirLab, theirWork])]
        expect(Object.keys(copied).toSorted()).toEqual(Object.keys(declared).toSorted())
        for (const [name, table] of Object.entries(declared)) {
          const copy = copied[name]
          if (!copy) throw new Error(`Python made no ${name}`)
          // of one generation's text both made the same: attributes, lineage, references and indexes
          expect(asText(copy.declaration, asOurs)).toEqual(asText(table.declaration))
        }
        const told = async (labName: string, workName: string) =>
          python.run(`
def told(schema):
    module = dj.VirtualModule("m", schema)
    classes = [c for c in vars(module).values() if isinstance(c, type) and issubclass(c, dj.Table)]
    classes += [p for c in classes for p in vars(c).values() if isinstance(p, type) and issubclass(p, dj.Part)]
    names = lambda tables: sorted(str(t).split(".")[-1] for t in tables)
    options = dict(context={}) if not dj.__version__.startswith("0.") else dict(context={}, printout=False)
    return {c.table_name: [c().describe(**options), c().primary_key, names(c().parents()), names(c().children())] for c in classes}
[told("${labName}"), told("${workName}")]`)
        const [judgedOurs, judgedTheirs] = [await told(lab, work), await told(theirLab, theirWork)]
        expect(asText(judgedTheirs, asOurs)).toEqual(asText(judgedOurs))
        expect(Object.keys(Object.assign({}, ...(judgedOurs as object[])))).toHaveLength(7)
      } finally {
        for (const name of [theirWork, theirLab, work, lab]) {
          await python.execute(`dj.conn().query("drop database if exists \`${name}\`")`)
        }
        await python.close()
        await db.close()
      }
    },
  )
})
