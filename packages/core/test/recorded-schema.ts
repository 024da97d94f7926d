import { readFileSync } from 'node:fs'
import { createConnection } from 'mysql2/promise'
import type { RecordedValue } from '../src/blob/testing/recorded-value.ts'
import type { Generation } from '../src/definition/table-declaration.ts'
import type { Tier } from '../src/definition/tier.ts'
import { type Codec, type DatabaseSettings, defineCodec } from '../src/index.ts'

/** One table as Python's client saw it; see fixtures/datajoint/README.md. */
export interface RecordedTable {
  readonly class_name: string
  readonly tier: string
  readonly table_name: string
  readonly full_name: string
  readonly definition: string
  readonly comment: string
  readonly primary_key: readonly string[]
  readonly heading: readonly {
    readonly name: string
    readonly type: string
    readonly in_key: boolean
    readonly nullable: boolean
    readonly comment: string
    readonly original_type?: string | null
    readonly lineage?: string | null
  }[]
  readonly rows: readonly Readonly<Record<string, RecordedValue>>[]
}

export interface RecordedSchema {
  readonly generation: Generation
  /** The one that others refer to, and the other. */
  readonly schemas: readonly [string, string]
  readonly tables: readonly RecordedTable[]
  readonly sql: string
}

const folder = new URL('../../../fixtures/datajoint/', import.meta.url)

/** What Python's client made, in schemas of other names. */
export function readRecorded(generation: Generation, prefix: string): RecordedSchema {
  const read = (kind: string): string =>
    readFileSync(new URL(`schema-${generation}.${kind}`, folder), 'utf8').replaceAll('interop_', prefix)
  const suffix = generation === '2.x' ? 'v2' : 'v014'
  const { tables } = JSON.parse(read('json')) as { readonly tables: Readonly<Record<string, RecordedTable>> }
  return {
    generation,
    schemas: [`${prefix}lab_${suffix}`, `${prefix}main_${suffix}`],
    tables: Object.values(tables),
    sql: read('sql'),
  }
}

/** Makes the databases of a dump on a server; its statements are for one session, and change it. */
export async function load({ sql }: RecordedSchema, settings: ServerSettings): Promise<void> {
  const { host, port, user, password } = settings
  const connection = await createConnection({ host, port, user, password, multipleStatements: true })
  try {
    await connection.query(sql)
  } finally {
    await connection.end()
  }
}

type ServerSettings = Extract<DatabaseSettings, { readonly kind: 'mariadb' | 'mysql' }>

export const tierOf = ({ tier }: RecordedTable): Tier => tier.toLowerCase() as Tier

/** Those of the scripts that made the fixtures. */
export const recordedCodecs: readonly Codec[] = [
  defineCodec({
    name: 'pair',
    keptAs: 'varchar(40)',
    encode: (value: readonly [number, string]) => value.join('|'),
    decode: (kept): readonly [number, string] => {
      const [first, second = ''] = String(kept).split('|')
      return [Number(first), second]
    },
  }),
  defineCodec({
    name: 'graph',
    keptAs: '<blob>',
    encode: (edges: unknown) => ({ edges }),
    decode: (kept) => (typeof kept === 'object' && kept !== null && 'edges' in kept ? kept.edges : kept),
  }),
  defineCodec({
    name: 'extval',
    // in 0.14 it is that of an object which an adapter finds
    keptAs: (store) => (store === null ? 'uuid' : '<hash@>'),
    encode: (value: number) => Buffer.from(String(value)),
    decode: (kept) => (kept instanceof Uint8Array ? Number(Buffer.from(kept).toString()) : null),
  }),
]
