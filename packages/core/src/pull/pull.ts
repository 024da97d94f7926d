import { readStoredTables, type StoredTable } from '../pipeline/read-tables.ts'
import { checkOptions, requireList, show } from '../query/call.ts'
import { contextOf, type Database } from '../query/database.ts'
import { identifyTable } from '../query/dependencies.ts'
import { InvalidCallError } from '../query/errors.ts'
import type { AnyTable } from '../query/table.ts'
import { readContents } from './contents.ts'
import { type Module, planModules } from './module.ts'
import { isPart, orderUnits } from './unit.ts'
import { unsaidOf } from './unsaid.ts'
import { notesOn, requireSchemas, type TableNote } from './virtual-schema.ts'
import { type ModuleItem, writeIndex, writeModule } from './write-module.ts'
import { writeUnit } from './write-table.ts'

/** How schemas are written as definitions. */
export interface PullOptions {
  /**
   * The most rows of a lookup table that are written as its contents; of a table that has more, none are. None at all where
   * it is left out.
   */
  readonly lookupRows?: number
  readonly signal?: AbortSignal
}

/** What was pulled from a database. */
export interface Pulled {
  /** TypeScript modules for one folder: one for each schema, and `index.ts`, which has them all. */
  readonly files: readonly { readonly path: string; readonly text: string }[]
  /** What is odd about tables, and what of them could not be written. */
  readonly notes: readonly TableNote[]
}

/**
 * Writes the tables of existing schemas, whoever made them, as definitions in TypeScript: what it gives compiles, opens on
 * the database, and declares nothing new. Of other schemas, what these refer to is written too. Imported and computed
 * tables are said to be made elsewhere, for a database knows no make. What no definition says is left out, as a comment and
 * in the notes. Nothing is written to disk.
 *
 * ```ts
 * const { files, notes } = await pull(db, ['lab', 'ephys'])
 * for (const { path, text } of files) await writeFile(join('src/pulled', path), text)
 * ```
 *
 * @throws UnknownSchemaError `unknown-schema`
 */
export async function pull(db: Database, schemas: readonly string[], options: PullOptions = {}): Promise<Pulled> {
  requireList('the names of schemas', schemas)
  checkOptions('pull()', options, ['lookupRows', 'signal'])
  const { lookupRows = 0, signal } = options
  if (!Number.isInteger(lookupRows) || lookupRows < 0) {
    throw new InvalidCallError(`pull() was given lookupRows: ${show(lookupRows)}. Give an integer of 0 or more.`)
  }
  const stored = await readStoredTables(db, schemas)
  requireSchemas(stored, schemas)
  signal?.throwIfAborted()
  const { units, unordered } = orderUnits(stored, schemas)
  const problems = new Map<string, string[]>()
  const note = ({ table, problem }: TableNote): void => {
    problems.set(table, [...(problems.get(table) ?? []), problem])
  }
  const all = units.flatMap(({ master, parts }) => [master, ...parts])
  for (const one of notesOn(stored, [...all, ...unordered.map(({ table }) => table)])) note(one)
  for (const one of await unsaidOf(db, [...stored.generations.keys()]))
    if (all.some((table) => isCalled(table, one.table))) note(one)
  for (const { table, problem } of unordered) note({ table: identifyTable(table.declaration.name), problem })
  const modules = planModules(units, schemas)
  const around = { context: contextOf(db), byName: stored.byName, written: new Map<StoredTable, AnyTable>() }
  const problemsOf = ({ declaration }: StoredTable) => problems.get(identifyTable(declaration.name)) ?? []
  const leftOut = (table: StoredTable): ModuleItem => ({ kind: 'left-out', table, problems: problemsOf(table) })
  const items = new Map<Module, ModuleItem[]>(modules.map((module) => [module, []]))
  for (const unit of units) {
    const { declaration } = unit.master
    const module = modules.find((one) => one.schemas.includes(declaration.name.schema))
    const generation = stored.generations.get(declaration.name.schema) ?? '2.x'
    if (!module) continue
    const { notes, ...result } = isPart(unit.master)
      ? { master: null, notes: [] }
      : writeUnit(unit, { ...around, generation, nameOf: module.nameOf })
    for (const one of notes) note(one)
    if (result.master) {
      const { master, parts } = result
      const wanted = declaration.tier === 'lookup' && lookupRows > 0
      const { rows, problem } = wanted ? await readContents(db, unit.master, lookupRows, signal) : noContents
      if (problem !== null) note({ table: identifyTable(declaration.name), problem })
      for (const { table } of wanted ? parts : []) {
        if ((await db(table).fetch({ limit: 1, ...(signal && { signal }) })).length === 0) continue
        note({
          table: identifyTable(table.declaration.name),
          problem: 'its rows are not written: no definition has those of parts',
        })
      }
      const told = [master, ...parts].flatMap(({ table }) => problemsOf(table))
      items.get(module)?.push({ kind: 'table', master, parts, contents: rows, problems: told })
    }
    const left = [unit.master, ...unit.parts].filter((table) => !around.written.has(table))
    items.get(module)?.push(...left.map(leftOut))
  }
  for (const { table } of unordered) {
    const module = modules.find((one) => one.schemas.includes(table.declaration.name.schema))
    if (module) items.get(module)?.push(leftOut(table))
  }
  return {
    files: [
      ...modules.map((module) => ({
        path: `${module.name}.ts`,
        text: writeModule(module, items.get(module) ?? [], { generations: stored.generations, wanted: schemas }),
      })),
      { path: 'index.ts', text: writeIndex(modules) },
    ],
    notes: [...problems].flatMap(([table, found]) => found.map((problem) => ({ table, problem }))),
  }
}

const isCalled = ({ declaration }: StoredTable, name: string): boolean => identifyTable(declaration.name) === name

const noContents = { rows: [], problem: null }
