import type { AttributeType } from './attribute.ts'
import type { Refuse } from './refuse.ts'

export interface FloatValues {
  float32: number
  float64: number
}

/** `float32`, `float64`. */
export function readFloatType(text: string): AttributeType | null {
  switch (text.toLowerCase()) {
    case 'float32':
      return { text: 'float32', storage: { kind: 'float', bits: 32 }, codec: null }
    case 'float64':
      return { text: 'float64', storage: { kind: 'float', bits: 64 }, codec: null }
    default:
      return null
  }
}

/** The number in the precision of the column. No database here keeps `NaN`: it is NULL where that is allowed. */
export function floatToStored(value: unknown, bits: 32 | 64, nullable: boolean, refuse: Refuse): number | null {
  if (typeof value !== 'number') throw refuse('a number')
  if (Number.isNaN(value)) {
    if (nullable) return null
    throw refuse('a finite number (a nullable attribute would take NaN as NULL)')
  }
  const rounded = bits === 32 ? Math.fround(value) : value
  if (!Number.isFinite(rounded)) throw refuse(bits === 32 ? 'a finite number within ±3.4e38' : 'a finite number')
  return rounded
}
