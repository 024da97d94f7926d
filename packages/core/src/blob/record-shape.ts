import type { RecordArray, RecordColumn } from './blob-value.ts'

/** Whether the columns are those of records: each has the shape of all, or begins with it. */
export function areRecords({ fields, shape }: RecordArray): boolean {
  return [...fields.values()].every((column) => shape.every((length, axis) => shapeOf(column)[axis] === length))
}

export function shapeOf(column: RecordColumn): readonly number[] {
  switch (column.kind) {
    case 'complex-array':
      return column.re.shape
    case 'datetime-array':
      return column.counts.shape
    default:
      return column.shape
  }
}
