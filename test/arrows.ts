/**
 * Who may import whom, as `docs/ARCHITECTURE.md` draws it. Left knows only what stands to its right, and what stands to
 * the right of that.
 */
export interface Arrow {
  readonly to: string
  /** `type`: nothing of it may be left when the types are gone; `lazy`: loaded only where it is asked for. */
  readonly only?: 'type' | 'lazy'
}

export type Arrows = Readonly<Record<string, readonly (string | Arrow)[]>>

/** Among packages. A name may end in `*`. */
export const packageArrows: Arrows = {
  cli: ['core', 'servers'],
  explorer: ['core', 'figures', 'analysis', 'formats', 'native-dsp'],
  // an element's other elements arrive as its upstream
  'element-*': ['formats', 'analysis', 'figures', 'native-dsp', 'nwb', 'tools', 'arrays', { to: 'core', only: 'type' }],
  analysis: [
    { to: 'formats', only: 'type' },
    { to: 'native-dsp', only: 'lazy' },
  ],
  nwb: [{ to: 'formats', only: 'type' }],
  figures: [{ to: 'analysis', only: 'type' }],
  'native-dsp': ['formats', 'arrays', 'native-dsp-*'],
  'native-dsp-*': [],
  formats: ['arrays'],
  core: ['arrays'],
  tools: [],
  servers: [],
  arrays: [],
}

/** The values of core that elements may take, because nothing else serves, each with its reason. */
export const coreValues: Readonly<Record<string, string>> = {
  requireUpstream: 'lists, for callers from JavaScript, every upstream table that is missing; holds no state of core',
}

/** The files of core outside `dialect/` that may name a database, each with its reason: another one is added in a folder. */
export const databaseNames: Readonly<Record<string, string>> = {
  'connection/connect.ts': 'loads the dialect that the settings ask for',
  'connection/connection.ts': 'says what settings there are',
  'connection/copier.ts': 'loads what copies a file',
  'settings/setting.ts': 'says what settings there are',
  'settings/database-address.ts': 'reads which of them an address is of',
  'settings/read-settings.ts': 'knows a file from a server',
  'testing/temporary-pipeline.ts': 'makes a file, where no database is given',
  'definition/table-name.ts': 'knows the schemas that servers keep for themselves',
}

const everywhere = ['errors', 'options', 'attribute'] as const

/** Inside core. */
export const coreArrows: Arrows = {
  ...Object.fromEntries(
    ['jobs', 'migrate', 'pull', 'collect', 'backup', 'diagram'].map((name) => [name, ['pipeline', ...everywhere]]),
  ),
  // what a table has that no definition says is not moved, and named
  move: ['jobs', 'pull', 'pipeline', ...everywhere],
  // the program of a worker, whose processes open the pipeline by themselves
  worker: ['populate', ...everywhere],
  populate: ['jobs', 'pipeline', ...everywhere],
  pipeline: ['schema', 'settings', ...everywhere],
  settings: [{ to: 'connection', only: 'type' }, { to: 'store', only: 'type' }, ...everywhere],
  schema: ['query', ...everywhere],
  query: ['compile', 'codec', 'connection', ...everywhere],
  compile: ['relation', { to: 'driver', only: 'type' }, ...everywhere],
  relation: ['definition', ...everywhere],
  definition: everywhere,
  codec: ['blob', 'store', ...everywhere],
  blob: everywhere,
  // a signal that aborts stops a transfer as it stops a statement
  store: ['driver', ...everywhere],
  // which dialect it is, is known when a connection is opened
  connection: ['driver', { to: 'compile', only: 'type' }, { to: 'dialect', only: 'lazy' }, ...everywhere],
  driver: everywhere,
  dialect: ['compile', 'definition', 'driver', ...everywhere],
  attribute: ['errors'],
  options: ['errors'],
  errors: [],
  testing: ['index'],
}

/** What may be imported from `from`: each name with its restriction, or null for none. */
export function reachable(arrows: Arrows, from: string): ReadonlyMap<string, Arrow['only'] | null> {
  const found = new Map<string, Arrow['only'] | null>()
  const follow = (name: string): void => {
    for (const arrow of arrows[name] ?? []) {
      const { to, only = null } = typeof arrow === 'string' ? { to: arrow } : arrow
      if (found.get(to) === null) continue
      if (only !== null) found.set(to, only)
      else {
        found.set(to, null)
        follow(to)
      }
    }
  }
  follow(from)
  return found
}
