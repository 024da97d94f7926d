import type { AttributeType } from './attribute.ts'
import { AttributeTypeError } from './errors.ts'
import type { Refuse } from './refuse.ts'
import type { Storage } from './storage.ts'

type Float = Extract<Storage, { kind: 'float' }>

export interface FloatValues {
  float32: number
  float64: number
  float: number
  double: number
  real: number
}

/** `float32`, `float64`, and the server's own `float` and `double` (or `real`), with digits and `unsigned` or without. */
export function readFloatType(text: string): AttributeType | null {
  const name = text.toLowerCase()
  if (name === 'float32') return { text: name, storage: { kind: 'float', bits: 32 }, codec: null }
  if (name === 'float64') return { text: name, storage: { kind: 'float', bits: 64 }, codec: null }
  const match = /^(float|double|real)(?:\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?(\s+unsigned)?$/.exec(name)
  if (!match) return null
  const [, own, precisionText, scaleText, sign] = match
  const precision = Number(precisionText ?? 0)
  const scale = scaleText === undefined ? null : Number(scaleText)
  if (precisionText !== undefined && !canBe(own === 'float', precision, scale)) {
    throw new AttributeTypeError(
      'bad-type',
      text,
      `\`${text}\` is out of range`,
      'Write float or double; with digits float(p,s), s at most 30 and not more than p.',
    )
  }
  // float(p) chooses one of the two by the binary digits asked for
  const bits = own === 'float' && (scale !== null || precision <= 24) ? 32 : 64
  const digits = scale === null ? {} : { precision, scale }
  const unsigned = sign === undefined ? {} : { unsigned: true as const }
  const spelling = `${bits === 32 ? 'float' : 'double'}${scale === null ? '' : `(${precision},${scale})`}`
  return {
    text: sign === undefined ? spelling : `${spelling} unsigned`,
    storage: { kind: 'float', bits, ...digits, ...unsigned },
    codec: null,
  }
}

const canBe = (isFloat: boolean, precision: number, scale: number | null): boolean =>
  scale === null ? isFloat && precision <= 53 : precision <= 255 && scale <= 30 && scale <= precision && precision > 0

/** The number in the precision of the column. No database here keeps `NaN`: it is NULL where that is allowed. */
export function floatToStored(value: unknown, storage: Float, nullable: boolean, refuse: Refuse): number | null {
  if (typeof value !== 'number') throw refuse('a number')
  if (Number.isNaN(value)) {
    if (nullable) return null
    throw refuse('a finite number (a nullable attribute would take NaN as NULL)')
  }
  const { bits, unsigned, precision, scale } = storage
  if (unsigned && value < 0) throw refuse('a number that is not negative')
  const number = scale === undefined || !Number.isFinite(value) ? value : Number(value.toFixed(scale))
  const rounded = bits === 32 ? Math.fround(number) : number
  if (!Number.isFinite(rounded)) throw refuse(bits === 32 ? 'a finite number within ±3.4e38' : 'a finite number')
  if (scale !== undefined && precision !== undefined && Math.abs(rounded) >= 10 ** (precision - scale)) {
    throw refuse(`a number below 1e${precision - scale}`)
  }
  // only MySQL would keep the sign of -0
  return rounded + 0
}
