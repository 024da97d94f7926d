import type { AttributeType } from './attribute.ts'
import { AttributeTypeError } from './errors.ts'
import type { Refuse } from './refuse.ts'
import type { Storage } from './storage.ts'

type Text = Extract<Storage, { kind: 'text' }>

export interface TextValues {
  tinytext: string
  text: string
  mediumtext: string
  longtext: string
}

/** The longest there is: 255 is the server's limit for `char`, 65,535 bytes in utf8mb4 that for `varchar`. */
const limits = { char: 255, varchar: 16383 }

const texts: ReadonlyMap<string, number> = new Map([
  ['tinytext', 2 ** 8 - 1],
  ['text', 2 ** 16 - 1],
  ['mediumtext', 2 ** 24 - 1],
  ['longtext', 2 ** 32 - 1],
])

/** `char(n)`, `varchar(n)`, where n counts characters, and the server's own `tinytext` to `longtext`. */
export function readTextType(text: string): AttributeType | null {
  const long = texts.get(text.toLowerCase())
  if (long !== undefined) return { text: text.toLowerCase(), storage: textOf(long, 'text'), codec: null }
  const match = /^(var)?char\s*\(\s*(\d+)\s*\)$/i.exec(text)
  if (!match) return null
  const name = match[1] === undefined ? 'char' : 'varchar'
  const length = Number(match[2])
  if (length < 1 || length > limits[name]) {
    throw new AttributeTypeError(
      'bad-type',
      text,
      `\`${text}\` is out of range`,
      `Write ${name}(n) with n from 1 to ${limits[name]}; longtext holds longer text.`,
    )
  }
  return { text: `${name}(${length})`, storage: textOf(length, name), codec: null }
}

const textOf = (length: number, form: Text['form']): Text => ({ kind: 'text', length, form })

/** The name of the `text` type that holds so many bytes. */
export const textName = (bytes: number): string => [...texts].find(([, length]) => length >= bytes)?.[0] ?? 'longtext'

export function textToStored(value: unknown, { length, form }: Text, refuse: Refuse): string {
  if (typeof value !== 'string') throw refuse('a string')
  if (form === 'text') {
    // a character has at most three bytes for each of its UTF-16 units
    if (value.length * 3 > length && Buffer.byteLength(value) > length) throw refuse(`at most ${length} bytes`)
  } else if (value.length > length && countCharacters(value) > length) {
    throw refuse(`at most ${length} characters`)
  }
  if (!value.isWellFormed()) throw refuse('text without lone surrogates, which UTF-8 cannot write')
  // a server gives a char column back without its trailing spaces
  if (form === 'char' && value.endsWith(' ')) throw refuse('no space at the end (char drops it, varchar keeps it)')
  return value
}

/** A server counts code points, JavaScript UTF-16 units. */
function countCharacters(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}
