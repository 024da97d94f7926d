import type { Pipeline, TableGroups } from '../pipeline/pipeline.ts'
import { tablesOf } from '../pipeline/tables.ts'
import { type AnyTable, isTable } from '../query/table.ts'
import { ModuleFailedError, NoPipelineError, UnknownTableError } from './worker-errors.ts'

/** The pipeline that a module exports. */
export async function importPipeline(url: string, name: string | undefined): Promise<Pipeline> {
  const exported: unknown = await import(url).catch((error: unknown) => {
    throw new ModuleFailedError(url, error)
  })
  const values = new Map(Object.entries(Object(exported)))
  if (name !== undefined) {
    const value = values.get(name)
    if (isPipeline(value)) return value
    throw new NoPipelineError(
      url,
      values.has(name) ? `exports as \`${name}\` no pipeline` : `has no export \`${name}\``,
    )
  }
  const found = [...values.values()].filter(isPipeline)
  const named = [values.get('pipeline'), values.get('default')].find(isPipeline)
  const [only, ...others] = new Set(named ? [named] : found)
  if (!only) throw new NoPipelineError(url, 'exports no pipeline')
  if (others.length > 0) throw new NoPipelineError(url, `exports ${found.length} pipelines: say which by \`export\``)
  return only
}

const isPipeline = (value: unknown): value is Pipeline =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'pipeline' && 'schemas' in value

/** The tables that fill themselves, or those of some names, each after those that it is made from. */
export function tablesToWork(pipeline: Pipeline, names: readonly string[] | undefined): readonly AnyTable[] {
  const tables = tablesOf(pipeline.schemas).filter(({ make }) => make !== null)
  if (names === undefined) return tables
  const paths = pathsOf(pipeline.tables, '')
  const available = tables.map(({ typeName }) => typeName)
  const chosen = new Set(
    names.map((name) => {
      const found = tables.filter(
        (table) => table.typeName === name || paths.some(([path, at]) => at === table && path === name),
      )
      const [table, ...others] = found
      if (!table) throw new UnknownTableError(name, 'is no table of this pipeline that fills itself', available)
      if (others.length > 0) throw new UnknownTableError(name, 'is the name of several tables', available)
      return table
    }),
  )
  return tables.filter((table) => chosen.has(table))
}

/** Every table under the name by which a lab calls it: `ephys.Clustering`. */
function pathsOf(groups: TableGroups, above: string): readonly (readonly [path: string, table: AnyTable])[] {
  return Object.entries(groups).flatMap(([name, entry]) => {
    const path = above === '' ? name : `${above}.${name}`
    return isTable(entry) ? [[path, entry] as const] : pathsOf(entry, path)
  })
}
