import { createHash, randomBytes } from 'node:crypto'
import { uuidFromStored } from '../attribute/uuid-type.ts'
import type { Store } from '../store/store.ts'
import { CodecValueError } from './codec-error.ts'
import type { EncodeContext, KeyValue } from './codec.ts'

/**
 * The path of a new object that is named for its row, as Python's client lays it out; no other object ever has it:
 * `<prefix>/[partition]/<schema>/<table>/<attribute=value>/…/<field>_<token><ext>`.
 */
export function newObjectPath(codec: string, store: Store, context: EncodeContext, ext: string): string {
  const { schema, table, attribute, key } = context
  const first = [...(store.partitionPattern ?? '').matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const spell = ({ name, type, value }: KeyValue): string => {
    if (value !== null) return `${name}=${spellValue(type, value)}`
    throw new CodecValueError(
      codec,
      `a row whose whole key is given (\`${name}\` is missing): its object is named for it`,
    )
  }
  const partition = first.flatMap((name) => key.filter((part) => part.name === name).map(spell))
  const rest = key.filter(({ name }) => !first.includes(name)).map(spell)
  const file = `${attribute}_${newToken(store.tokenLength)}${ext}`
  return [...(store.schemaPrefix === '' ? [] : [store.schemaPrefix]), ...partition, schema, table, ...rest, file].join(
    '/',
  )
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** 64 letters, so that each byte's six lower bits are one. */
const newToken = (length: number): string =>
  Array.from(randomBytes(length), (byte) => alphabet.charAt(byte & 63)).join('')

function spellValue({ storage }: KeyValue['type'], value: Exclude<KeyValue['value'], null>): string {
  if (value instanceof Uint8Array) {
    return storage.kind === 'uuid' ? uuidFromStored(value) : Buffer.from(value).toString('hex')
  }
  // the fraction is left out, as Python does it
  if (storage.kind === 'datetime') return String(value).slice(0, 19).replace(' ', 'T').replaceAll(':', '-')
  return typeof value === 'string' ? spellText(value) : String(value)
}

/** What some file system or another takes no name with; the names of files have 255 bytes, of which the attribute's take some. */
const isPlainName = (text: string): boolean =>
  !/[/\\:*?"<>|]/.test(text) && !Array.from(text).some((character) => character < ' ' || character === '\x7f')

function spellText(text: string): string {
  const characters = Array.from(text)
  const isShort = characters.length <= 100 && Buffer.byteLength(text) <= 150
  if (isPlainName(text) && isShort) return text
  if (isShort) {
    const escaped = escapeAll(text)
    if (escaped.length <= 180) return escaped
  }
  const digest = createHash('md5').update(text).digest('hex').slice(0, 8)
  const escaped = escapeAll(`${characters.slice(0, 50).join('')}_${digest}`)
  // of letters of other alphabets each takes six characters or more
  return escaped.length <= 180 ? escaped : `${digest}${createHash('md5').update(text).digest('hex').slice(8)}`
}

/** Percent-encoded as Python does it, a few characters more than JavaScript. */
const escapeAll = (text: string): string =>
  encodeURIComponent(Buffer.from(text).toString()).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
