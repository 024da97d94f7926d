import { inspect } from 'node:util'
import { isNdArray } from '@neurojoint/arrays'

const WIDTH = 19 // that of a date and time

/** A value of a row on one short line; arrays and bytes by their size. */
export function formatCell(value: unknown): string | number {
  if (typeof value === 'number') return Number.isInteger(value) ? value : Number(value.toPrecision(6))
  if (value === null) return ''
  if (isNdArray(value)) return `${value.dtype} ${value.shape.join(' x ')}`
  if (value instanceof Uint8Array) return `${value.length} bytes`
  const text = typeof value === 'object' ? inspect(value, { breakLength: Infinity, compact: true }) : String(value)
  const line = text.replaceAll(/\s*\n\s*/g, ' ')
  return line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line
}
