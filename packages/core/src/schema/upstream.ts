import { PipelineError } from '../errors.ts'
import { checkOptions, requireText } from '../options.ts'
import { requireList } from '../query/call.ts'
import { isTable } from '../query/table.ts'

/** What an element needs of the pipeline that it becomes part of, by name. */
export interface UpstreamNeeds {
  readonly tables: readonly string[]
  readonly functions?: readonly string[]
}

/** An element was activated without some of what it needs. */
export class MissingUpstreamError extends PipelineError {
  override readonly name = 'MissingUpstreamError'
  readonly code = 'missing-upstream'
  readonly element: string
  readonly tables: readonly string[]
  readonly functions: readonly string[]
  constructor(element: string, tables: readonly string[], functions: readonly string[]) {
    const missing = [...tables.map((name) => `the table ${name}`), ...functions.map((name) => `the function ${name}`)]
    super(
      `${element} is activated without ${missing.join(', ')}. ` +
        `Pass ${missing.length === 1 ? 'it' : 'them'} to activate(schema, { ${[...tables, ...functions].join(', ')} }).`,
    )
    this.element = element
    this.tables = tables
    this.functions = functions
  }
}

/**
 * Refuses an activation that lacks a table or a function, all that are missing at once: TypeScript says the same at
 * compile time, this is for JavaScript.
 *
 * @throws MissingUpstreamError `missing-upstream`
 */
export function requireUpstream(element: string, upstream: unknown, needs: UpstreamNeeds): void {
  const call = 'requireUpstream()'
  requireText(call, 'the name of an element', element)
  checkOptions(call, needs, ['tables', 'functions'])
  const { tables, functions = [] } = needs
  requireList('names of tables', tables)
  const given = new Map<string, unknown>(
    typeof upstream === 'object' && upstream !== null ? Object.entries(upstream) : [],
  )
  const missingTables = tables.filter((name) => !isTable(given.get(name)))
  const missingFunctions = functions.filter((name) => typeof given.get(name) !== 'function')
  if (missingTables.length + missingFunctions.length > 0) {
    throw new MissingUpstreamError(element, missingTables, missingFunctions)
  }
}
