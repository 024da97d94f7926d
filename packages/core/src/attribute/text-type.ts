import type { AttributeType } from './attribute.ts'
import { AttributeTypeError } from './errors.ts'
import type { Refuse } from './refuse.ts'

/** The longest there is: 255 is the server's limit for `char`, 65,535 bytes in utf8mb4 that for `varchar`. */
const limits = { char: 255, varchar: 16383 }

/** `char(n)`, `varchar(n)`: n counts characters. */
export function readTextType(text: string): AttributeType | null {
  const match = /^(var)?char\s*\(\s*(\d+)\s*\)$/i.exec(text)
  if (!match) return null
  const name = match[1] === undefined ? 'char' : 'varchar'
  const length = Number(match[2])
  if (length < 1 || length > limits[name]) {
    throw new AttributeTypeError(
      'bad-type',
      text,
      `\`${text}\` is out of range`,
      `Write ${name}(n) with n from 1 to ${limits[name]}; <blob> holds longer text.`,
    )
  }
  return { text: `${name}(${length})`, storage: { kind: 'text', length, fixed: name === 'char' }, codec: null }
}

export function textToStored(value: unknown, length: number, fixed: boolean, refuse: Refuse): string {
  if (typeof value !== 'string') throw refuse('a string')
  if (value.length > length && countCharacters(value) > length) throw refuse(`at most ${length} characters`)
  if (!value.isWellFormed()) throw refuse('text without lone surrogates, which UTF-8 cannot write')
  // a server gives a char column back without its trailing spaces
  if (fixed && value.endsWith(' ')) throw refuse('no space at the end (char drops it, varchar keeps it)')
  return value
}

/** A server counts code points, JavaScript UTF-16 units. */
function countCharacters(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}
