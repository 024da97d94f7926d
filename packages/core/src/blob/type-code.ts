import type { DType } from '@neurojoint/arrays'

/** The byte that begins a value in DataJoint's format. */
export const typeCode = {
  tuple: 0x01,
  list: 0x02,
  set: 0x03,
  dict: 0x04,
  string: 0x05,
  bytes: 0x06,
  integer: 0x0a,
  boolean: 0x0b,
  complex: 0x0c,
  float: 0x0d,
  array: 0x41,
  cell: 0x43,
  record: 0x46,
  sparse: 0x50,
  struct: 0x53,
  decimal: 0x64,
  datetime: 0x74,
  uuid: 0x75,
  none: 0xff,
} as const

/** MATLAB's number for the class of an array's elements. */
export const classId: Readonly<Record<DType, number>> & { readonly char: number; readonly object: number } = {
  bool: 3,
  char: 4,
  object: 5,
  float64: 6,
  float32: 7,
  int8: 8,
  uint8: 9,
  int16: 10,
  uint16: 11,
  int32: 12,
  uint32: 13,
  int64: 14,
  uint64: 15,
}

/** The units that NumPy's datetime64 counts, from years to attoseconds. */
export const datetimeUnits = ['Y', 'M', 'W', 'D', 'h', 'm', 's', 'ms', 'us', 'ns', 'ps', 'fs', 'as'] as const

export type DateTimeUnit = (typeof datetimeUnits)[number]

/** The id of the first unit of datetime64; the others follow. */
export const firstDatetimeId = 0x10000

/** What mYm and DataJoint begin a blob with: the first is read by MATLAB, the second only by Python. */
export const protocols = { mym: 'mYm\0', dj0: 'dj0\0' } as const

/** Values inside one another: as deep as Python's own recursion allows with room to spare. */
export const deepest = 400
