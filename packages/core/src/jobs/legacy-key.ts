import { createHash } from 'node:crypto'
import type { Attribute, Heading } from '../attribute/attribute.ts'
import { packBlob } from '../blob/blob.ts'
import { DateTime, Decimal, Float, Uuid } from '../blob/blob-value.ts'
import { valueIn } from '../query/given-row.ts'

/**
 * A key as `~jobs` identifies it: the MD5 of the values as Python writes them, in the order of their names, with nothing
 * between them. So `{ a: 1, b: 11 }` and `{ a: 11, b: 1 }` have the same.
 */
export function hashKey(key: object, heading: Heading): string {
  return md5(textsOf(key, heading).map(([, text]) => text))
}

/** Where another key has taken that hash, this one is found here: Python's clients leave both alone then. */
export const otherHash = (key: object, heading: Heading): string =>
  md5([JSON.stringify(['neurojoint', ...textsOf(key, heading)])])

const md5 = (texts: readonly string[]): string => {
  const hash = createHash('md5')
  for (const text of texts) hash.update(text)
  return hash.digest('hex')
}

/** The dict that Python keeps of a key. */
export const packKey = (key: object, heading: Heading): Promise<Uint8Array> =>
  packBlob(
    new Map(
      keyAttributes(heading).map((attribute) => [attribute.name, pythonValue(attribute, valueIn(key, attribute.name))]),
    ),
  )

/** A text that is the same for what a job keeps of its key and for that key, as `identifyKept` gives it. */
export const identifyKey = (key: object, heading: Heading): string =>
  JSON.stringify(textsOf(key, heading).map(([name, text]) => [name, numberless(text)]))

/**
 * What a job keeps of its key, unpacked: a dict of Python's, or a struct of MATLAB's, which has numbers alone for what is
 * none. `null` where that cannot be told.
 */
export function identifyKept(kept: unknown): string | null {
  const fields = fieldsOf(kept)
  if (fields === null) return null
  const texts = [...fields].map(([name, value]) => [name, textOfKept(value)] as const)
  return JSON.stringify(texts.toSorted(([left], [right]) => (left < right ? -1 : 1)))
}

/** What a job keeps of its key, as a row has it; what is no key of this table has no attributes. */
export function plainKey(kept: unknown, heading: Heading): Record<string, unknown> {
  const fields = fieldsOf(kept)
  const given = keyAttributes(heading).filter(({ name }) => fields?.has(name))
  return Object.fromEntries(
    given.map((attribute) => [attribute.name, rowValue(attribute, fields?.get(attribute.name))]),
  )
}

function rowValue({ type: { storage } }: Attribute, value: unknown): unknown {
  const text = textOfKept(value)
  switch (storage.kind) {
    case 'boolean':
      return text === '1'
    case 'integer':
      return storage.bits === 64 ? BigInt(text) : Number(text)
    case 'year':
    case 'float':
      return Number(text)
    case 'decimal':
      return plainDecimal(text)
    case 'datetime': {
      const [whole = '', fraction = ''] = text.split('.')
      return storage.fraction === 0
        ? whole
        : `${whole}.${fraction.padEnd(storage.fraction, '0').slice(0, storage.fraction)}`
    }
    default:
      return text
  }
}

/** What `decimalText` wrote, with all of its zeros. */
function plainDecimal(text: string): string {
  const [, sign = '', first = '', rest = '', exponent = ''] = /^(-?)(\d)(?:\.(\d+))?E-(\d+)$/.exec(text) ?? []
  if (first === '') return text
  const digits = `${first}${rest}`
  return `${sign}0.${digits.padStart(Number(exponent) + rest.length, '0')}`
}

const keyAttributes = (heading: Heading): Heading => heading.filter(({ inKey }) => inKey)

/** The values as Python writes them, in the order of their names. */
function textsOf(key: object, heading: Heading): readonly (readonly [name: string, text: string])[] {
  return keyAttributes(heading)
    .map((attribute) => [attribute.name, pythonText(attribute, valueIn(key, attribute.name))] as const)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
}

/** `str()` of the value that Python's client fetches. */
export function pythonText({ type: { storage } }: Attribute, value: unknown): string {
  const text = String(value)
  switch (storage.kind) {
    case 'boolean':
      return value === true || value === 1 ? '1' : '0'
    case 'float':
      // a server writes single precision with six digits
      return floatText(storage.bits === 32 ? Number(Number(value).toPrecision(6)) : Number(value))
    case 'decimal':
      return decimalText(text)
    case 'datetime': {
      const [seconds = '', fraction = ''] = text.replace('T', ' ').split('.')
      return /[1-9]/.test(fraction) ? `${seconds}.${fraction.padEnd(6, '0')}` : seconds
    }
    case 'time':
      return spanText(text)
    default:
      return text
  }
}

function pythonValue({ type: { storage } }: Attribute, value: unknown): unknown {
  switch (storage.kind) {
    case 'boolean':
      return value === true || value === 1 ? 1 : 0
    case 'float':
      return new Float(storage.bits === 32 ? Number(Number(value).toPrecision(6)) : Number(value))
    case 'decimal':
      return new Decimal(decimalText(String(value)))
    case 'date':
      return new DateTime(String(value))
    case 'datetime':
      return new DateTime(String(value).replace(' ', 'T'))
    case 'uuid':
      return new Uuid(String(value))
    default:
      return value
  }
}

/** Python's `repr` of a float: as short as can be, with an exponent from 1e16 on and below 1e-4. */
function floatText(value: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  const power = Number(exponent)
  if (value !== 0 && (power < -4 || power >= 16)) {
    return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  }
  const text = Object.is(value, -0) ? '-0' : String(value)
  const plain = /e/.test(text) ? value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 }) : text
  return plain.includes('.') ? plain : `${plain}.0`
}

/** `str` of a decimal: with an exponent where there are many zeros after the point. */
function decimalText(text: string): string {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  const digits = `${whole}${fraction}`.replace(/^0+(?=\d)/, '')
  const places = digits.length - fraction.length
  if (places > -6 || fraction === '') return text
  const [first, rest] = [digits.slice(0, 1), digits.slice(1)]
  return `${sign}${first}${rest === '' ? '' : `.${rest}`}E${places - 1}`
}

/** `str` of a timedelta, whose days may be negative and whose hours are not. */
function spanText(text: string): string {
  const [, sign = '', hours = '0', minutes = '0', seconds = '0', fraction = ''] =
    /^(-?)(\d+):(\d\d):(\d\d)(?:\.(\d+))?$/.exec(text) ?? []
  const microseconds =
    (BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds)) * 1_000_000n + BigInt(fraction.padEnd(6, '0'))
  const total = sign === '-' ? -microseconds : microseconds
  const day = 86_400_000_000n
  const days = total >= 0n ? total / day : -((-total + day - 1n) / day)
  const rest = total - days * day
  const part = (unit: bigint, of: bigint): string => String((rest / unit) % of).padStart(2, '0')
  const clock = `${rest / 3_600_000_000n}:${part(60_000_000n, 60n)}:${part(1_000_000n, 60n)}`
  const micro = rest % 1_000_000n === 0n ? '' : `.${String(rest % 1_000_000n).padStart(6, '0')}`
  return `${days === 0n ? '' : `${days} day${days === 1n || days === -1n ? '' : 's'}, `}${clock}${micro}`
}

function fieldsOf(kept: unknown): ReadonlyMap<string, unknown> | null {
  if (kept instanceof Map) return new Map([...kept].map(([name, value]) => [String(name), value]))
  if (typeof kept !== 'object' || kept === null) return null
  // a struct of one element, as MATLAB keeps it
  if ('kind' in kept && kept.kind === 'matlab-struct' && 'fields' in kept && kept.fields instanceof Map) {
    return new Map([...kept.fields].map(([name, values]) => [String(name), Array.isArray(values) ? values[0] : values]))
  }
  return Array.isArray(kept) ? null : new Map(Object.entries(kept))
}

/** A value that was unpacked from a job's key, as text that is equal for equal values of both languages. */
function textOfKept(value: unknown): string {
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return numberless(floatText(value))
  if (typeof value === 'object' && value !== null) {
    if ('data' in value && ArrayBuffer.isView(value.data) && 'length' in value.data) {
      // MATLAB's numbers are arrays of one
      return textOfKept(Reflect.get(value.data, 0))
    }
    if ('kind' in value && value.kind === 'float' && 'value' in value) return textOfKept(value.value)
    if ('text' in value) return numberless(String(value.text).replace('T', ' '))
  }
  return numberless(String(value))
}

/** `1.0` and `1` are one number to MATLAB. */
const numberless = (text: string): string => text.replace(/^(-?\d+)\.0+$/, '$1')
