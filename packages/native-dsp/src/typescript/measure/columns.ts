import { InvalidParameterError } from '../../errors.ts'

/** Refuses columns that frames of `width` words do not have. */
export function requireColumns(width: number, columns: readonly number[]): void {
  const unknown = columns.find((column) => !(Number.isInteger(column) && column >= 0 && column < width))
  if (unknown !== undefined) throw new InvalidParameterError('columns', unknown, 'columns that the frames have')
}
