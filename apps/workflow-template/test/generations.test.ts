import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  type Database,
  type DatabaseSettings,
  declare,
  definePipeline,
  defineSchema,
  describe as describeTable,
  drop,
  planDeclare,
  planDrop,
  pull,
  readTables,
  type Schema,
  type SchemaOptions,
} from '@neurojoint/core'
import { activate as activateSubject } from '@neurojoint/element-animal/subject'
import { activate as activateEphys } from '@neurojoint/element-array-ephys/ephys'
import { activate as activateProbe } from '@neurojoint/element-array-ephys/probe'
import { activate as activateLab } from '@neurojoint/element-lab/lab'
import { activate as activateProject } from '@neurojoint/element-lab/project'
import { activate as activateSession } from '@neurojoint/element-session/session'
import { type RunningServer, startMariadb, startMysql } from '@neurojoint/servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** All elements, wired as in this app. */
function activate(prefix: string, options: SchemaOptions) {
  const schema = (name: string) => defineSchema(prefix + name, options)
  const [labSchema, projectSchema, subjectSchema, sessionSchema, probeSchema, ephysSchema] = [
    schema('lab'),
    schema('project'),
    schema('subject'),
    schema('session'),
    schema('probe'),
    schema('ephys'),
  ] as const
  const lab = activateLab(labSchema)
  const SkullReference = labSchema.lookup('SkullReference', {}, 'skull_reference : varchar(60)', {
    contents: [{ skull_reference: 'Bregma' }],
  })
  const project = activateProject(projectSchema, lab)
  const subject = activateSubject(subjectSchema, lab)
  const session = activateSession(sessionSchema, {
    Subject: subject.Subject,
    Project: project.Project,
    Experimenter: lab.User,
  })
  const probe = activateProbe(probeSchema)
  const ephys = activateEphys(ephysSchema, {
    ...probe,
    Session: session.Session,
    SkullReference,
    dataDirectories: () => [],
    sessionDirectory: async () => '',
  })
  return {
    schemas: [labSchema, projectSchema, subjectSchema, sessionSchema, probeSchema, ephysSchema],
    lab,
    subject,
    session,
    ephys,
  }
}

// beside the tests, where the modules find what they import
let folderOfPulled: string
beforeAll(async () => {
  folderOfPulled = await mkdtemp(join(import.meta.dirname, '.pulled-'))
})
afterAll(() => rm(folderOfPulled, { recursive: true, force: true }))

/** Writes the definitions of schemas as modules, and gives what they export. */
async function writePulled(db: Database, names: readonly string[], folder: string): Promise<readonly Schema[]> {
  const { files, notes } = await pull(db, names)
  expect(notes).toEqual([])
  await mkdir(join(folderOfPulled, folder))
  for (const { path, text } of files) await writeFile(join(folderOfPulled, folder, path), text)
  const { schemas }: { readonly schemas: readonly Schema[] } = await import(join(folderOfPulled, folder, 'index.ts'))
  return schemas
}

const generations = [
  ['2.x', {}],
  ['0.14', { compat: 'python-0.14' }],
] as const

const started: RunningServer<'mariadb' | 'mysql'>[] = []
afterAll(async () => {
  for (const server of started) await server.stop()
})

async function serverOf(start: () => Promise<RunningServer<'mariadb' | 'mysql'>>): Promise<DatabaseSettings | null> {
  try {
    const server = await start()
    started.push(server)
    return server.settings
  } catch (error) {
    if (process.env['CI']) throw error
    return null
  }
}

const databases = [
  ['sqlite', async (folder: string) => ({ kind: 'sqlite', path: join(folder, 'lab.sqlite') }) as const],
  ['mariadb', () => serverOf(startMariadb)],
  ['mysql', () => serverOf(startMysql)],
] as const

describe.each(databases)('on %s', (name, open) => {
  test(
    'all elements are declared in both generations, and opened by definitions of either',
    { timeout: 300_000 },
    async ({ skip }) => {
      const folder = await mkdtemp(join(tmpdir(), 'neurojoint-'))
      const database = await open(folder)
      if (!database) return skip(`no ${name} could be had`)
      for (const [generation, options] of generations) {
        const prefix = `gen${generation.replace('.', '_')}_`
        const parts = {
          tables: {},
          database,
          stores: { stores: { local: { protocol: 'file', location: folder } } },
        } as const
        const own = activate(prefix, options)
        const db = await definePipeline({ ...parts, schemas: own.schemas }).open()
        const count = own.schemas.flatMap(({ tables }) => tables).length
        expect(db.undeclared).toHaveLength(count)
        const plan = await planDeclare(db, own.schemas)
        expect(new Set(Object.values(plan.generations))).toEqual(new Set([generation]))
        await declare(db, plan)
        expect(await planDeclare(db, own.schemas)).toMatchObject({ schemas: [], tables: [], records: [], contents: [] })
        await db(own.subject.Subject).insert1({ subject: 'm1', sex: 'F', subject_birth_date: '2024-01-02' })
        const key = { subject: 'm1', session_datetime: '2024-05-01 10:00:00' }
        await db(own.session.Session).insert1(key)
        await db(own.session.Session.Attribute).insert1({
          ...key,
          attribute_name: 'levels',
          attribute_blob: Float32Array.of(1, 2),
        })
        await db.close()

        // the other definitions on the same database: a table keeps its generation
        const other = activate(prefix, generation === '2.x' ? { compat: 'python-0.14' } : {})
        const again = await definePipeline({ ...parts, schemas: other.schemas }).open()
        expect(again.undeclared).toEqual([])
        const { attribute_blob: levels } = await again(other.session.Session.Attribute).fetch1()
        expect(levels).toMatchObject({ dtype: 'float32', data: Float32Array.of(1, 2) })
        const found = await readTables(
          again,
          own.schemas.map((schema) => schema.name),
        )
        expect(found).toHaveLength(count)
        for (const { declaration } of found) {
          expect(declaration.generation).toBe(generation)
          expect(describeTable(declaration)).not.toBe('')
        }
        const pulled = await writePulled(
          again,
          own.schemas.map((schema) => schema.name),
          `${name}-${generation}`,
        )
        expect(pulled.flatMap(({ tables }) => tables)).toHaveLength(count)
        expect(await planDeclare(again, pulled)).toMatchObject({ schemas: [], tables: [], records: [], contents: [] })
        await drop(again, await planDrop(again, other.schemas))
        expect(
          await readTables(
            again,
            own.schemas.map((schema) => schema.name),
          ),
        ).toEqual([])
        await again.close()
      }
      await rm(folder, { recursive: true, force: true })
    },
  )
})

test('what was pulled of them compiles', { timeout: 120_000 }, async () => {
  const root = join(import.meta.dirname, '../../..')
  // that of the servers is the same
  const settings = { extends: join(root, 'tsconfig.base.json'), include: ['sqlite-*/*.ts'] }
  await writeFile(join(folderOfPulled, 'tsconfig.json'), JSON.stringify(settings))
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout } = await promisify(execFile)('node', [compiler, '--project', folderOfPulled]).catch(
    (error: { stdout: string }) => error,
  )
  expect(stdout).toBe('')
})
