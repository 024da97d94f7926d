import type { NdArray } from '@neurojoint/arrays'
import { expectTypeOf, test } from 'vitest'
import {
  type Attachment,
  type Database,
  defineCodec,
  defineSchema,
  type Key,
  type NewRow,
  type Row,
  type Schema,
  type StoredArray,
  type StoredFile,
  type StoredFolder,
} from '../src/index.ts'

interface Graph {
  readonly edges: readonly (readonly [number, number])[]
}

const graph = defineCodec({
  name: 'graph',
  keptAs: '<blob>',
  encode: ({ edges }: Graph) => ({ edges }),
  decode: (): Graph => ({ edges: [] }),
})
/** What is given is not what is fetched. */
const image = defineCodec({
  name: 'image',
  keptAs: '<hash@>',
  encode: (value: Uint8Array | { readonly path: string }) => value,
  decode: (): { readonly width: number } => ({ width: 1 }),
})

declare const db: Database
const lab = defineSchema('lab', { codecs: [graph, image] })
const Subject = lab.manual('Subject', {}, 'subject : varchar(8)\n---\nfamily = null : <graph>')
const Scan = lab.manual(
  'Scan',
  { Subject },
  `
  -> Subject
  scan : int16
  ---
  network : <graph@raw>
  picture : <image@>   # (px)
  other   : <elsewhere>
  trace   : <npy@raw>
  data    : <object@>
  source  : <filepath@raw>
  note    : <attach>
  digest  : <hash@raw>
  `,
)

test('a row has the values of the codecs of its schema, in the table and in a store', () => {
  expectTypeOf<Row<typeof Subject>>().toEqualTypeOf<{ subject: string; family: Graph | null }>()
  type Found = Row<typeof Scan>
  expectTypeOf<Found['network']>().toEqualTypeOf<Graph>()
  expectTypeOf<Found['picture']['width']>().toEqualTypeOf<number>()
  expectTypeOf<Found['other']>().toEqualTypeOf<unknown>()
  expectTypeOf<Key<typeof Scan>>().toEqualTypeOf<{ subject: string; scan: number }>()
})

test('a row has the values of the codecs that every pipeline has', () => {
  type Found = Row<typeof Scan>
  expectTypeOf<Found['trace']>().toExtend<StoredArray>()
  expectTypeOf<Found['data']>().toExtend<StoredFile | StoredFolder>()
  expectTypeOf<Found['source']>().toExtend<StoredFile | StoredFolder>()
  expectTypeOf<Found['note']>().toExtend<Attachment>()
  expectTypeOf<Found['digest']>().toEqualTypeOf<Uint8Array>()
  expectTypeOf<{ name: string; bytes: Uint8Array }>().toExtend<Found['note']>()
})

test('a row to insert takes what the codecs take', () => {
  type New = NewRow<typeof Scan>
  expectTypeOf<New['network']>().toEqualTypeOf<Graph>()
  expectTypeOf<New['picture']>().toEqualTypeOf<Uint8Array | { readonly path: string }>()
  expectTypeOf<Float32Array | NdArray | StoredArray>().toExtend<New['trace']>()
  expectTypeOf<string | URL | Uint8Array | StoredFolder>().toExtend<New['data']>()
  expectTypeOf<number>().not.toExtend<New['data']>()
  expectTypeOf<string>().toExtend<New['source']>()
  expectTypeOf<Uint8Array>().not.toExtend<New['source']>()
  expectTypeOf<NewRow<typeof Subject>>().toEqualTypeOf<{ subject: string; family?: Graph | null }>()
})

test('what was fetched can be inserted', () => {
  expectTypeOf<Omit<Row<typeof Scan>, 'picture'>>().toExtend<Omit<NewRow<typeof Scan>, 'picture'>>()
})

test('what follows from a table follows from its codecs', () => {
  expectTypeOf(db(Scan).project('network').fetch()).resolves.toEqualTypeOf<
    { subject: string; scan: number; network: Graph }[]
  >()
  expectTypeOf(db(Scan).join(Subject).fetchColumns('family', 'network')).resolves.toEqualTypeOf<{
    family: (Graph | null)[]
    network: Graph[]
  }>()
  // @ts-expect-error: no graph
  void db(Subject).insert1({ subject: 'm1', family: 'none' })
})

test('parts, lookups and made rows have them too', () => {
  const Method = lab.lookup('Method', {}, 'method : varchar(8)\n---\nsteps : <graph>', {
    contents: [{ method: 'a', steps: { edges: [] } }],
  })
  // @ts-expect-error: no graph
  lab.lookup('Wrong', {}, 'method : varchar(8)\n---\nsteps : <graph>', { contents: [{ method: 'a', steps: 5 }] })
  const Result = lab.computed('Result', { Scan, Method }, '-> Scan\n-> Method\n---\nfound : <graph>', {
    parts: { Step: [{}, '-> master\nstep : int16\n---\nlinks : <graph>'] },
    fetch: async (key, on) => (await on(Scan).forKey(key).fetch1()).network,
    compute: (network) => ({ row: { found: network }, parts: { Step: [{ step: 1, links: network }] } }),
  })
  expectTypeOf<Row<typeof Result.Step>['links']>().toEqualTypeOf<Graph>()
  lab.computed('Bad', { Scan }, '-> Scan\n---\nfound : <graph>', {
    fetch: () => 1,
    // @ts-expect-error: no graph
    compute: () => ({ row: { found: 'none' } }),
  })
})

test('an element takes a schema of any codecs, which it does not know', () => {
  const activate = (schema: Schema) => schema.manual('Own', {}, 'own : int16\n---\nkind : <graph>\nnote : <attach>')
  const Own = activate(lab)
  expectTypeOf<Row<typeof Own>['kind']>().toEqualTypeOf<unknown>()
  expectTypeOf<Row<typeof Own>['note']>().toExtend<Attachment>()
  activate(defineSchema('plain'))
})
