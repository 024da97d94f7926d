import type { Attribute, Heading } from '../attribute/attribute.ts'
import type { Storage } from '../attribute/storage.ts'
import { formatLineage } from '../definition/column-comment.ts'
import { parseDefinition } from '../definition/parse-definition.ts'
import type { Generation, TableDeclaration, TableName } from '../definition/table-declaration.ts'
import { keyNames } from '../query/key-names.ts'

/** The table of DataJoint 2 that holds the jobs of another one. */
export interface QueueTable {
  readonly target: TableDeclaration
  /** As it is created: its key descends from nothing. */
  readonly declaration: TableDeclaration
  /** As it is read: its key is that of the target. */
  readonly heading: Heading
}

/** `~~name` of a table, without the underscores of its tier. */
export const queueName = ({ schema, table }: TableName): TableName => ({
  schema,
  table: `~~${table.replace(/^_+/, '')}`,
})

/** What says in the database which table a job table belongs to. */
export const queueComment = ({ schema, table }: TableName): string => `Job queue for \`${schema}\`.\`${table}\``

const queueDefinition = `
  key : int32
  ---
  status : enum('pending', 'reserved', 'success', 'error', 'ignore')
  priority : int8
  created_time=CURRENT_TIMESTAMP(3) : datetime(3)
  scheduled_time=CURRENT_TIMESTAMP(3) : datetime(3)
  reserved_time=null : datetime(3)
  completed_time=null : datetime(3)
  duration=null : float64
  error_message='' : varchar(2047)
  error_stack=null : <blob>
  user='' : varchar(255)
  host='' : varchar(255)
  pid=0 : int32
  connection_id=0 : int64
  version='' : varchar(64)
`

const reservationsDefinition = `
  table_name  :varchar(255)  # className of the table
  key_hash  :char(32)  # key hash
  ---
  status  :enum('reserved','error','ignore')  # if tuple is missing, the job is available
  key=null  :blob  # structure containing the key
  error_message=''  :varchar(2047)  # error message returned if failed
  error_stack=null  :mediumblob  # error stack if failed
  user='' :varchar(255) # database user
  host=''  :varchar(255)  # system hostname
  pid=0  :int unsigned  # system process id
  connection_id = 0  : bigint unsigned          # connection_id()
  timestamp=CURRENT_TIMESTAMP  :timestamp   # automatic timestamp
`

/** The job table of a table as DataJoint 2 makes it. */
export function queueTable(target: TableDeclaration): QueueTable {
  const name = queueName(target.name)
  const key = target.heading.filter(({ inKey }) => inKey)
  const state = attributesOf(queueDefinition, '2.x')
    .filter(({ inKey }) => !inKey)
    // it keeps the spelling of its definition
    .map((attribute) =>
      attribute.type.storage.kind === 'enum'
        ? { ...attribute, type: { ...attribute.type, text: attribute.type.text.replaceAll("','", "', '") } }
        : attribute,
    )
  const own = key.map((attribute): Attribute => ({
    ...attribute,
    type: { ...attribute.type, text: columnText(attribute) },
    default: { kind: 'required' },
    comment: '',
    lineage: formatLineage(name, attribute.name),
  }))
  const declaration: TableDeclaration = {
    name,
    tier: 'manual',
    generation: '2.x',
    comment: queueComment(target.name),
    heading: [...own, ...state],
    foreignKeys: [],
    indexes: [{ unique: false, attributes: ['status', 'priority', 'scheduled_time'] }],
  }
  return { target, declaration, heading: [...key, ...state] }
}

/** The attributes of the key that come by no reference of it: DataJoint 2 leaves them out of its job table. */
export function ownKeyAttributes({ heading, foreignKeys }: TableDeclaration): readonly string[] {
  return keyNames({ heading }).filter((name) => !foreignKeys.some(({ attributes }) => attributes.includes(name)))
}

/** `~jobs` of a schema, as DataJoint 0.14 makes it. */
export function reservationsTable(schema: string): TableDeclaration {
  return {
    name: { schema, table: '~jobs' },
    tier: 'manual',
    generation: '0.14',
    comment: `job reservation table for \`${schema}\``,
    heading: attributesOf(reservationsDefinition, '0.14'),
    foreignKeys: [],
    indexes: [],
  }
}

function attributesOf(definition: string, generation: Generation): Heading {
  return parseDefinition(definition, null, generation).lines.flatMap((line) =>
    line.kind === 'attribute'
      ? [
          {
            name: line.name,
            type: line.type,
            inKey: line.inKey,
            nullable: line.default.kind === 'null',
            default: line.default,
            comment: line.comment,
            lineage: null,
          },
        ]
      : [],
  )
}

/** The type by which DataJoint 2 knows an inherited attribute: that of its column, and a marker only of what that spells. */
function columnText({ type }: Attribute): string {
  const { storage } = type
  switch (storage.kind) {
    case 'integer':
      return integerText(storage)
    case 'boolean':
      return storage.width === undefined ? 'tinyint' : 'tinyint(1)'
    case 'float':
      return storage.bits === 32 ? 'float' : 'double'
    default:
      return type.text
  }
}

const integers = { 8: 'tinyint', 16: 'smallint', 24: 'mediumint', 32: 'int', 53: 'bigint', 64: 'bigint' } as const

const integerText = ({ bits, unsigned }: Extract<Storage, { kind: 'integer' }>): string =>
  `${integers[bits]}${unsigned ? ' unsigned' : ''}`
