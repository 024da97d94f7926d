import type { DefinitionErrorCode } from '../errors.ts'

/** A definition that cannot be read or declared. */
export interface Unreadable {
  readonly definition: string
  readonly code: DefinitionErrorCode
  readonly line: number
  readonly column: number
  /** A piece of the message. */
  readonly says: string
}

/** Refused when they are compiled, and when they are resolved: in what they refer to, or as they stand. */
export const refusedByCompiler = {
  unknownReference: {
    definition: `
      id : int32
      ---
      -> Sesion
    `,
    code: 'unknown-reference',
    line: 4,
    column: 7,
    says: 'Session',
  },
  unknownPart: {
    definition: `-> ProbeType.Electrodes`,
    code: 'unknown-reference',
    line: 1,
    column: 1,
    says: 'ProbeType.Electrode',
  },
  unknownType: {
    definition: `
      id   : int32
      ---
      depth = 1 : int33  # (um)
    `,
    code: 'unknown-type',
    line: 4,
    column: 19,
    says: 'int8, int16, int32 or int64',
  },
  numberedByServer: { definition: `id : serial`, code: 'unknown-type', line: 1, column: 6, says: 'its number' },
  missingLength: { definition: `name : varchar`, code: 'unknown-type', line: 1, column: 8, says: 'varchar(n)' },
  unreadableLine: {
    definition: `
      id : int32
      hello world
    `,
    code: 'unreadable-line',
    line: 3,
    column: 7,
    says: 'name : type',
  },
  noType: { definition: `id`, code: 'unreadable-line', line: 1, column: 1, says: 'cannot read the line `id`' },
  matlabReference: {
    definition: `(dam) -> Subject(subject)`,
    code: 'unreadable-line',
    line: 1,
    column: 1,
    says: "-> Table.proj(new_name='name')",
  },
  openEnum: { definition: `sex : enum('M', 'F`, code: 'bad-enum', line: 1, column: 7, says: 'not in quotes' },
  bareEnum: { definition: `sex : enum(M, F)`, code: 'bad-enum', line: 1, column: 7, says: 'not in quotes' },
  capitalName: { definition: `Subject : int32`, code: 'bad-name', line: 1, column: 1, says: 'small letter' },
  openDefault: {
    definition: `id : int8\n---\nname = "a : varchar(3)`,
    code: 'bad-default',
    line: 3,
    column: 8,
    says: 'quotes',
  },
} as const satisfies Readonly<Record<string, Unreadable>>

/** Refused at run time only: the compiler would have to read numbers and names character by character. */
export const refusedAtRunTime = {
  legacyBlob: {
    definition: `id:int8\n---\n a : longblob`,
    code: 'other-generation',
    line: 3,
    column: 6,
    says: '<blob> for arrays and objects, or bytes',
  },
  nullInKey: { definition: `id = null : int32`, code: 'null-in-key', line: 1, column: 1, says: 'below `---`' },
  nullableInKey: { definition: `-> [nullable] Subject`, code: 'null-in-key', line: 1, column: 1, says: 'nullable' },
  twice: {
    definition: `
      id : int32
      ---
      id : int8
    `,
    code: 'duplicate-attribute',
    line: 4,
    column: 7,
    says: 'twice',
  },
  twiceByReference: {
    definition: `-> Subject\n---\n  subject : int8`,
    code: 'duplicate-attribute',
    line: 3,
    column: 3,
    says: 'by a reference',
  },
  ownThenReference: {
    definition: `subject : varchar(8)\n-> Subject`,
    code: 'duplicate-attribute',
    line: 2,
    column: 1,
    says: 'also comes by',
  },
  wrongDefault: {
    definition: `id:int8\n---\na = x : int32`,
    code: 'bad-default',
    line: 3,
    column: 5,
    says: 'an integer',
  },
  defaultOutOfRange: {
    definition: `id:int8\n---\na = 128 : int8`,
    code: 'bad-default',
    line: 3,
    column: 5,
    says: '127',
  },
  now: {
    definition: `id:int8\n---\na = NOW() : datetime`,
    code: 'bad-default',
    line: 3,
    column: 5,
    says: 'Write CURRENT_TIMESTAMP.',
  },
  nowOnDate: {
    definition: `id:int8\n---\na = now() : date`,
    code: 'bad-default',
    line: 3,
    column: 5,
    says: 'Make it a datetime',
  },
  blobDefault: {
    definition: `id:int8\n---\na = 'x' : <blob>`,
    code: 'bad-default',
    line: 3,
    column: 5,
    says: 'Only null can be its default.',
  },
  bareTime: {
    definition: `id:int8\n---\na = 12:30 : time`,
    code: 'bad-default',
    line: 3,
    column: 5,
    says: "Write `a = '12:30' : time`",
  },
  noType: { definition: `id:int8\n---\na : # (mV)`, code: 'unknown-type', line: 3, column: 5, says: 'no type' },
  memberType: {
    definition: `id:int8\n---\nj : json\nindex (j.a:int)`,
    code: 'unsupported-index',
    line: 4,
    column: 12,
    says: 'signed',
  },
  otherDigits: {
    definition: `id:int8\n---\na = CURRENT_TIMESTAMP : datetime(3)`,
    code: 'bad-default',
    line: 3,
    column: 5,
    says: 'Write CURRENT_TIMESTAMP(3).',
  },
  jsonDefault: { definition: `id:int8\n---\na = "{}" : json`, code: 'bad-default', line: 3, column: 5, says: 'null' },
  blobInKey: { definition: `wave : <blob>`, code: 'unindexable-type', line: 1, column: 1, says: 'primary key' },
  longVarchar: { definition: `a : varchar(70000)`, code: 'bad-type', line: 1, column: 5, says: '16383' },
  upperStore: {
    definition: `id:int8\n---\na : <blob@Local>`,
    code: 'bad-type',
    line: 3,
    column: 5,
    says: 'lower case',
  },
  repeatedValue: { definition: `a : enum('x','x')`, code: 'bad-enum', line: 1, column: 5, says: 'twice' },
  colonInComment: { definition: `id : int8 # :int32:x`, code: 'bad-comment', line: 1, column: 11, says: '`:`' },
  unknownOption: {
    definition: `id:int8\n---\n-> [maybe] Subject`,
    code: 'bad-option',
    line: 3,
    column: 1,
    says: 'maybe',
  },
  bareRename: { definition: `-> Subject.proj(dam=subject)`, code: 'bad-rename', line: 1, column: 17, says: 'quotes' },
  unknownRename: {
    definition: `-> Subject.proj(dam='sex')`,
    code: 'unknown-attribute',
    line: 1,
    column: 1,
    says: 'The key has subject.',
  },
  clashingRename: {
    definition: `-> Session.proj(subject='session_datetime')`,
    code: 'bad-rename',
    line: 1,
    column: 1,
    says: 'apart',
  },
  conflictingTypes: {
    definition: `-> Subject.proj(id='subject')\n-> ProbeType.proj(id='probe_type')`,
    code: 'conflicting-reference',
    line: 2,
    column: 1,
    says: 'varchar(32)',
  },
  conflictingNull: {
    definition: `id:int8\n---\n-> [nullable] Subject\n-> Session`,
    code: 'conflicting-reference',
    line: 4,
    column: 1,
    says: 'required reference first',
  },
  indexedTwice: {
    definition: `id : int8\nindex (id, id)`,
    code: 'duplicate-attribute',
    line: 2,
    column: 1,
    says: 'names `id` twice',
  },
  unknownIndexed: { definition: `id : int8\nindex (x)`, code: 'unknown-attribute', line: 2, column: 1, says: 'are id' },
  indexedJson: {
    definition: `id:int8\n---\nj:json\nindex (j)`,
    code: 'unindexable-type',
    line: 4,
    column: 1,
    says: 'index',
  },
  indexedText: {
    definition: `id:int8\n---\nt:text\nindex (t)`,
    code: 'unindexable-type',
    line: 4,
    column: 1,
    says: 'index',
  },
  indexedMember: {
    definition: `id:int8\nindex (id.a:signed)`,
    code: 'unindexable-type',
    line: 2,
    column: 1,
    says: 'no members',
  },
  indexedUnknownMember: {
    definition: `id:int8\nindex (j.a:signed)`,
    code: 'unknown-attribute',
    line: 2,
    column: 1,
    says: 'are id',
  },
  openExpression: {
    definition: `id : int8\nindex ((id + (1))`,
    code: 'unsupported-index',
    line: 2,
    column: 1,
    says: 'in parentheses',
  },
  endingExpression: {
    definition: `id : int8\nindex ((id); DROP TABLE lab.subject)`,
    code: 'unsupported-index',
    line: 2,
    column: 1,
    says: 'in parentheses',
  },
  commentInExpression: {
    definition: `id : int8\nindex ((id -- 1))`,
    code: 'unsupported-index',
    line: 2,
    column: 1,
    says: 'without comments',
  },
  quoteInExpression: {
    definition: `id : int8\nindex ((concat(id, 'x)))`,
    code: 'unsupported-index',
    line: 2,
    column: 1,
    says: 'in parentheses',
  },
  colonInEnum: {
    definition: `id : int8\na : enum('b:c')`,
    code: 'colon-in-enum',
    line: 2,
    column: 1,
    says: 'without `:`',
  },
  empty: { definition: ``, code: 'no-attributes', line: 1, column: 1, says: 'above `---`' },
  hiddenName: { definition: `id:int8\n_x : int8`, code: 'bad-name', line: 2, column: 1, says: 'hidden columns' },
  longName: {
    definition: `a1234567890123456789012345678901234567890123456789012345678901234 : int8`,
    code: 'bad-name',
    line: 1,
    column: 1,
    says: '65 characters, and databases take 64',
  },
  itself: {
    definition: `id:int8\n---\n-> [nullable] Example`,
    code: 'unknown-reference',
    line: 3,
    column: 1,
    says: 'itself',
  },
  oneRow: { definition: `id:int8\n---\n-> Setup`, code: 'unknown-attribute', line: 3, column: 1, says: 'one row' },
  zeroCharacter: {
    definition: `id:int8\n---\nname = 'a\u0000b' : varchar(3)`,
    code: 'bad-character',
    line: 3,
    column: 10,
    says: 'U+0000',
  },
  loneSurrogate: { definition: `id:int8 # \ud800`, code: 'bad-character', line: 1, column: 11, says: 'U+D800' },
  textInKey: { definition: `note : text`, code: 'unindexable-type', line: 1, column: 1, says: 'varchar(n)' },
  timestampDefault: {
    definition: `id:int8\n---\nat = '1900-01-01' : timestamp`,
    code: 'bad-default',
    line: 3,
    column: 6,
    says: '1970',
  },
  dateNow: {
    definition: `id:int8\n---\nday = CURRENT_TIMESTAMP : date`,
    code: 'bad-default',
    line: 3,
    column: 7,
    says: 'datetime',
  },
  attachIn2: { definition: `id:int8\n---\na : attach`, code: 'other-generation', line: 3, column: 5, says: '<attach>' },
  storeIn2: {
    definition: `id:int8\n---\na : blob@raw`,
    code: 'other-generation',
    line: 3,
    column: 5,
    says: '<blob@raw>',
  },
} as const satisfies Readonly<Record<string, Unreadable>>
