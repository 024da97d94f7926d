import { expectTypeOf, test } from 'vitest'
import type { Attachment, NewAttachment, StoredArray, StoredFile, StoredFolder } from '../attribute/codec-values.ts'
import type { JsonValue } from '../attribute/json-type.ts'
import type { TemporalMoment, TemporalTime } from '../attribute/temporal-type.ts'
import { readable, readableIn014 } from './testing/corpus.ts'
import type { refusedByCompiler } from './testing/refused-corpus.ts'
import type {
  AnyReference,
  Checked,
  Flatten,
  KeyOf,
  NewKeyOf,
  NewSecondaryOf,
  OwnOf,
  Problem,
  References,
  SecondaryOf,
  SecondaryTargetsOf,
  TargetsOf,
} from './types.ts'

interface Table<
  Key extends object,
  Secondary extends object,
  NewKey extends object,
  NewSecondary extends object,
> extends AnyReference {
  readonly '~key': Key
  readonly '~secondary': Secondary
  readonly '~newKey': NewKey
  readonly '~newSecondary': NewSecondary
}
type AnyTable = Table<object, object, object, object>
type Row<T extends AnyTable> = Flatten<T['~key'] & T['~secondary']>
type NewRow<T extends AnyTable> = Flatten<T['~newKey'] & T['~newSecondary']>
type NewOf<D extends string, R extends References> = Flatten<NewKeyOf<D, R> & NewSecondaryOf<D, R>>
type OptionalIn<New> = { [K in keyof New]-?: {} extends Pick<New, K> ? K : never }[keyof New]

declare function declare<const D extends string, const R extends References>(
  references: R,
  definition: D & Checked<D, R>,
): Table<KeyOf<D, R>, SecondaryOf<D, R>, NewKeyOf<D, R>, NewSecondaryOf<D, R>>

const Subject = declare({}, readable.subject)
const Session = declare({ Subject }, readable.session)
const master = declare({}, readable.probeType)
const ProbeType = { ...master, Electrode: declare({ master }, readable.electrode) }
const Insertion = declare({ Session, ProbeType }, readable.insertion)
const Breeding = declare({ Subject }, readable.breeding)
const Setup = declare({}, readable.setup)
const references = { Subject, Session, ProbeType, Setup }

test('a row has the attributes above and below the divider, each with the value of its type', () => {
  expectTypeOf<Row<typeof Subject>>().toEqualTypeOf<{
    subject: string
    subject_uuid: string | null
    sex: 'M' | 'F' | 'U'
    dob: string
    cage: string
  }>()
  expectTypeOf<(typeof Subject)['~key']>().toEqualTypeOf<{ subject: string }>()
})

test('a row to insert may leave out what is nullable or has a default, and has dates in any form', () => {
  expectTypeOf<NewRow<typeof Subject>>().toEqualTypeOf<{
    subject: string
    subject_uuid?: string | null
    sex: 'M' | 'F' | 'U'
    dob: string | Date | TemporalMoment
    cage?: string
  }>()
})

test('an inherited date may be inserted in any form too', () => {
  expectTypeOf<NewRow<typeof Insertion>>().toEqualTypeOf<{
    subject: string
    session_datetime: string | Date | TemporalMoment
    insertion_number: number
    probe_type: string
    electrode?: number | null
  }>()
  expectTypeOf<NewOf<"-> Session.proj(first='session_datetime')", typeof references>>().toEqualTypeOf<{
    subject: string
    first: string | Date | TemporalMoment
  }>()
  expectTypeOf<NewOf<'note : int8\n---\n-> [nullable] Session', typeof references>>().toEqualTypeOf<{
    note: number
    subject?: string | null
    session_datetime?: string | Date | TemporalMoment | null
  }>()
})

test('a key that its own table may leave out is required where it is inherited', () => {
  const Run = declare({}, 'run = 1 : int16\n---\nnote : varchar(8)')
  expectTypeOf<NewRow<typeof Run>>().toEqualTypeOf<{ run?: number; note: string }>()
  expectTypeOf<NewOf<'-> Run', { Run: typeof Run }>>().toEqualTypeOf<{ run: number }>()
})

test('a reference brings the primary key of its parent through any depth', () => {
  expectTypeOf<Row<typeof Session>>().toEqualTypeOf<{ subject: string; session_datetime: string }>()
  expectTypeOf<Row<typeof Insertion>>().toEqualTypeOf<{
    subject: string
    session_datetime: string
    insertion_number: number
    probe_type: string
    electrode: number | null
  }>()
})

test('what a nullable reference shares with a required one may not be left out', () => {
  expectTypeOf<OptionalIn<NewRow<typeof Insertion>>>().toEqualTypeOf<'electrode'>()
})

test('a part refers to its master and is found in it', () => {
  expectTypeOf<Row<typeof ProbeType.Electrode>>().toEqualTypeOf<{
    probe_type: string
    electrode: number
    shank: number
    x: number | null
  }>()
})

test('references are renamed', () => {
  expectTypeOf<Row<typeof Breeding>>().toEqualTypeOf<{
    dam: string
    litter: number
    sire: string | null
    foster: string
  }>()
})

test('each type has its value', () => {
  const EveryType = declare({}, readable.everyType)
  expectTypeOf<Row<typeof EveryType>>().toEqualTypeOf<{
    id: bigint
    a: number
    b: number
    c: number
    d: string
    e: boolean
    f: JsonValue
    g: Uint8Array
    h: unknown
    i: unknown
    j: Attachment
    k: string
    l: string
  }>()
})

test('each type of a server has the value of the core type like it', () => {
  const Native = declare({}, readable.everyNativeType)
  expectTypeOf<Row<typeof Native>>().toEqualTypeOf<{
    id: number
    a: number
    b: number
    c: number
    d: number
    e: bigint
    f: boolean
    g: number
    h: number
    i: number
    j: string
    k: string
    l: boolean
    m: string
    n: string
    o: string
    p: string
    q: string
    r: number
    s: unknown
  }>()
})

test('a type of 0.14 has the value that its codec gives, and a core type there the value that it has in 2.x', () => {
  const Old = declare({}, readableIn014.everyType)
  expectTypeOf<Row<typeof Old>>().toEqualTypeOf<{
    id: number
    a: unknown
    b: unknown
    c: Attachment
    d: unknown
    e: Attachment
    f: StoredFile | StoredFolder
    g: unknown
    h: unknown
    i: unknown
    j: Attachment
    k: number
    l: number
    m: boolean
    n: string
    o: string
    p: string
  }>()
})

test('a type has its value in any case, with any space and with any of its parameters', () => {
  type ValueOf<T extends string> = SecondaryOf<`---\nx : ${T}`, {}> extends { readonly x: infer Value } ? Value : never
  expectTypeOf<ValueOf<'TINYINT(1)'>>().toEqualTypeOf<boolean>()
  expectTypeOf<ValueOf<'tinyint(4)'>>().toEqualTypeOf<number>()
  expectTypeOf<ValueOf<'bigint(20) unsigned'>>().toEqualTypeOf<bigint>()
  expectTypeOf<ValueOf<'Decimal ( 5 , 2 )  Unsigned # (V)'>>().toEqualTypeOf<string>()
  expectTypeOf<ValueOf<'float(7)'>>().toEqualTypeOf<number>()
  expectTypeOf<ValueOf<'year(4)'>>().toEqualTypeOf<number>()
  expectTypeOf<ValueOf<'text'>>().toEqualTypeOf<string>()
  expectTypeOf<ValueOf<'<blob@>'>>().toEqualTypeOf<unknown>()
  expectTypeOf<ValueOf<'<attach@>'>>().toEqualTypeOf<Attachment>()
  expectTypeOf<ValueOf<'<npy@raw>'>>().toEqualTypeOf<StoredArray>()
  expectTypeOf<ValueOf<'<graph>'>>().toEqualTypeOf<unknown>()
  type GivenOf<T extends string> = NewOf<`---\nx : ${T}`, {}> extends { readonly x: infer Value } ? Value : never
  expectTypeOf<GivenOf<'Datetime(3)  # (UTC)'>>().toEqualTypeOf<string | Date | TemporalMoment>()
  expectTypeOf<GivenOf<'timestamp'>>().toEqualTypeOf<string | Date | TemporalMoment>()
  expectTypeOf<GivenOf<'time(6)'>>().toEqualTypeOf<string | TemporalTime>()
  expectTypeOf<GivenOf<'year(4)'>>().toEqualTypeOf<number>()
  expectTypeOf<GivenOf<'bigint(20) unsigned'>>().toEqualTypeOf<bigint | number>()
  expectTypeOf<GivenOf<'<attach@>'>>().toEqualTypeOf<NewAttachment>()
  expectTypeOf<GivenOf<'varchar(8)'>>().toEqualTypeOf<string>()
})

test('a table of one row has an empty key', () => {
  expectTypeOf<keyof (typeof Setup)['~key']>().toEqualTypeOf<never>()
  expectTypeOf<Row<typeof Setup>>().toEqualTypeOf<{ rig: string; screen_distance: number }>()
})

test('indexes and text of any characters are no attributes', () => {
  expectTypeOf<OwnOf<typeof readable.functionalIndex, {}>>().toEqualTypeOf<{
    id: number
    settings: JsonValue
    name: string
  }>()
  expectTypeOf<keyof OwnOf<typeof readable.oddText, {}>>().toEqualTypeOf<'id' | 'kind' | 'path' | 'quotes'>()
})

test('defaults may hold colons, hashes and quotes, and may be left out', () => {
  const Defaults = declare({}, readable.defaults)
  expectTypeOf<Row<typeof Defaults>>().toEqualTypeOf<{
    id: number
    number: number
    negative: number
    flag: boolean
    text: string
    single: string
    double: string
    bare: 'red' | 'green'
    day: string
    made: string
    precise: string
    nothing: string | null
    word: string
    money: string
    span: string
    since: number
    changed: string
    many: number
    words: string
  }>()
  expectTypeOf<Exclude<keyof Row<typeof Defaults>, OptionalIn<NewRow<typeof Defaults>>>>().toEqualTypeOf<'id'>()
})

test('enum values may hold colons, hashes, commas and quotes', () => {
  expectTypeOf<SecondaryOf<typeof readable.colonInEnum, {}>['phase']>().toEqualTypeOf<'a:b' | 'c#d' | 'e,f' | "it's">()
})

test('an enum may have a hundred values', () => {
  type Item = SecondaryOf<typeof readable.hundredValues, {}>['item']
  expectTypeOf<'item_00' | 'item_57' | 'item_99'>().toExtend<Item>()
  expectTypeOf<'item_100'>().not.toExtend<Item>()
})

test('only a line that begins with --- divides', () => {
  type Definition = typeof readable.dividerInComment
  expectTypeOf<KeyOf<Definition, {}>>().toEqualTypeOf<{ id: number; more: number }>()
  expectTypeOf<SecondaryOf<Definition, {}>>().toEqualTypeOf<{ rest: number; last: number }>()
})

test('lines may end as on Windows', () => {
  expectTypeOf<OwnOf<typeof readable.windows, {}>>().toEqualTypeOf<{ id: number; value: number }>()
})

test('an attribute may be called index', () => {
  expectTypeOf<OwnOf<typeof readable.index, {}>>().toEqualTypeOf<{ index_x: number; index: number }>()
})

test('comments of all kinds are no attributes', () => {
  type Definition = typeof readable.noComment
  expectTypeOf<KeyOf<Definition, typeof references>>().toEqualTypeOf<{ id: number; subject: string }>()
})

test('own attributes and the names of references are known without the referenced tables', () => {
  type Definition = typeof readable.insertion
  expectTypeOf<OwnOf<Definition, {}>>().toEqualTypeOf<{ insertion_number: number }>()
  expectTypeOf<SecondaryOf<Definition, {}>>().toEqualTypeOf<{}>()
  expectTypeOf<TargetsOf<Definition>>().toEqualTypeOf<'Session' | 'ProbeType' | 'ProbeType.Electrode'>()
  expectTypeOf<SecondaryTargetsOf<Definition>>().toEqualTypeOf<'ProbeType' | 'ProbeType.Electrode'>()
})

test('every readable definition of the corpus passes the check', () => {
  expectTypeOf<unknown>().toEqualTypeOf<
    { [N in keyof typeof readable]: Checked<(typeof readable)[N], Known> }[keyof typeof readable]
  >()
})

test('each definition that the compiler refuses has its problem', () => {
  type Refused = typeof refusedByCompiler
  type Found = { [N in keyof Refused]: Checked<Refused[N]['definition'], Known> }
  expectTypeOf<Found[keyof Found]>().toExtend<Problem<string>>()
  expectTypeOf<Found['unknownReference']>().toEqualTypeOf<Problem<"'Sesion' is not among the referenced tables">>()
  expectTypeOf<Found['unknownType']>().toEqualTypeOf<Problem<"unknown type 'int33'">>()
  expectTypeOf<Found['unreadableLine']>().toEqualTypeOf<Problem<"cannot read the line 'hello world'">>()
})

type Known = typeof references & { readonly master: typeof master }

test('a problem is an error at the definition', () => {
  // @ts-expect-error -- Sesion is no table
  expectTypeOf(declare(references, `-> Sesion`)).toBeObject()
  // @ts-expect-error -- ProbeType has no such part
  expectTypeOf(declare(references, `-> ProbeType.Electrodes`)).toBeObject()
  // @ts-expect-error -- there is no int33
  expectTypeOf(declare(references, `id : int33`)).toBeObject()
  // @ts-expect-error -- a varchar has no sign
  expectTypeOf(declare(references, `id : varchar(3) unsigned`)).toBeObject()
  // @ts-expect-error -- the length is no number
  expectTypeOf(declare(references, `id : int(x)`)).toBeObject()
  // @ts-expect-error -- neither an attribute nor a reference
  expectTypeOf(declare(references, `hello world`)).toBeObject()
})

test('a definition that is no literal has rows of unknown attributes', () => {
  const Unknown = declare({}, String(readable.subject))
  expectTypeOf<Row<typeof Unknown>>().toEqualTypeOf<{ [x: string]: unknown }>()
})

function activate<S extends AnyTable, P extends AnyTable & { readonly Electrode: AnyTable }>(session: S, probeType: P) {
  const Placement = declare(
    { Session: session, ProbeType: probeType },
    `
    -> Session
    insertion_number : int16
    ---
    -> ProbeType
    -> ProbeType.Electrode.proj(tip='electrode')
    `,
  )
  const Recording = declare({ Placement }, `-> Placement\n---\nsampling_rate : float32 # (Hz)`)
  // @ts-expect-error -- a misspelt reference is found while the tables are still parameters
  declare({ Session: session }, `-> Sesion`)
  const numberOf = (key: (typeof Recording)['~key']): number => key.insertion_number
  return { Placement, Recording, numberOf }
}

test('an element knows its own attributes of a key while the upstream table is still a parameter', () => {
  const element = activate(Session, ProbeType)
  expectTypeOf<Row<typeof element.Recording>>().toEqualTypeOf<{
    subject: string
    session_datetime: string
    insertion_number: number
    sampling_rate: number
  }>()
  expectTypeOf<Row<typeof element.Placement>>().toEqualTypeOf<{
    subject: string
    session_datetime: string
    insertion_number: number
    probe_type: string
    tip: number
  }>()
})
