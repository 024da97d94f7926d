import { isNdArray } from '@neurojoint/arrays'
import { Complex, DateTime, Decimal, MatlabCell, MatlabStruct, ObjectArray, Tuple, Uuid } from '../blob-value.ts'

/** A value of Python's in the neutral encoding of fixtures/datajoint/README.md. */
export interface RecordedValue {
  readonly t: string
  readonly [field: string]: unknown
}

/** Whether a value read here is the one that Python had. */
export function isRecorded(value: unknown, recorded: RecordedValue): boolean {
  const { t, v } = recorded
  switch (t) {
    case 'none':
      return value === null
    case 'bool':
    case 'str':
      return value === v
    case 'int':
      return (typeof value === 'number' || typeof value === 'bigint') && String(value) === v
    case 'float':
      return hexOf(value) === recorded['hex']
    case 'complex':
      return (
        value instanceof Complex &&
        isRecorded(value.re, child(recorded, 're')) &&
        isRecorded(value.im, child(recorded, 'im'))
      )
    case 'bytes':
      return value instanceof Uint8Array && Buffer.from(value).toString('hex') === recorded['hex']
    case 'decimal':
      return value instanceof Decimal && value.text === v
    case 'uuid':
      return value instanceof Uuid && value.text === v
    case 'date':
      return value instanceof DateTime && value.text === v
    case 'time':
    case 'datetime':
      return value instanceof DateTime && withMicroseconds(value.text) === v
    case 'list':
      return Array.isArray(value) && areRecorded(value, children(recorded))
    case 'tuple':
    case 'range':
      return value instanceof Tuple && areRecorded(value.items, children(recorded))
    case 'set':
      return (
        value instanceof Set &&
        value.size === children(recorded).length &&
        children(recorded).every((item) => [...value].some((member) => isRecorded(member, item)))
      )
    case 'dict':
      return isRecordedDict(value, recorded)
    case 'ndarray':
      return isRecordedArray(value, recorded)
    case 'matcell':
      return value instanceof MatlabCell && areRecorded(value.items, children(recorded))
    case 'matstruct':
      return value instanceof MatlabStruct && isRecordedStruct(value, recorded)
    default:
      return false
  }
}

function isRecordedDict(value: unknown, recorded: RecordedValue): boolean {
  if (typeof value !== 'object' || value === null) return false
  const pairs = recorded['items'] as readonly (readonly [RecordedValue, RecordedValue])[]
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  return (
    entries.length === pairs.length &&
    pairs.every(([key, item]) => entries.some(([k, member]) => isRecorded(k, key) && isRecorded(member, item)))
  )
}

function isRecordedArray(value: unknown, recorded: RecordedValue): boolean {
  const shape = recorded['shape'] as readonly number[]
  if (recorded['dtype'] === 'object') {
    return value instanceof ObjectArray && sameShape(value.shape, shape) && areRecorded(value.items, children(recorded))
  }
  if (recorded['dtype'] === 'str') {
    const text = recorded['data'] as readonly string[]
    const found = typeof value === 'string' ? [value] : value instanceof ObjectArray ? value.items : undefined
    // Python reads one row of MATLAB text as an array of one string, and empty text as an empty array
    return found !== undefined && found.join('\n') === text.join('\n')
  }
  return (
    isNdArray(value) &&
    value.dtype === recorded['dtype'] &&
    sameShape(value.shape, shape) &&
    (value.order === 'F' || shape.length < 2) &&
    Buffer.from(value.data.buffer, value.data.byteOffset, value.data.byteLength).toString('hex') === recorded['hex']
  )
}

function isRecordedStruct(value: MatlabStruct, recorded: RecordedValue): boolean {
  const fields = recorded['fields'] as readonly string[]
  const rows = recorded['rows'] as readonly (readonly RecordedValue[])[]
  return fields.every((field, index) =>
    areRecorded(
      value.fields.get(field) ?? [],
      rows.map((row) => row[index] ?? { t: 'missing' }),
    ),
  )
}

function areRecorded(values: readonly unknown[], recorded: readonly RecordedValue[]): boolean {
  return values.length === recorded.length && recorded.every((item, index) => isRecorded(values[index], item))
}

// the fixtures are ours and their fields follow from `t`
const children = (recorded: RecordedValue) => recorded['items'] as readonly RecordedValue[]
const child = (recorded: RecordedValue, field: string) => recorded[field] as RecordedValue

const sameShape = (a: readonly number[], b: readonly number[]) => a.join() === b.join()
const withMicroseconds = (text: string) => (text.includes('.') ? text : `${text}.000000`)

function hexOf(value: unknown): string | undefined {
  if (typeof value !== 'number') return undefined
  return Buffer.from(new Float64Array([value]).buffer).toString('hex')
}
