import type { AttributeType } from './attribute.ts'
import { AttributeTypeError } from './errors.ts'
import { quoteText, readQuoted } from './quoted-text.ts'
import type { Refuse } from './refuse.ts'

/** `enum('a','b')`, in either kind of quotes. A value may hold any character; a quote in it is doubled. */
export function readEnumType(text: string): AttributeType | null {
  const open = /^enum\s*\(/i.exec(text)
  if (!open) return null
  const values = readItems(text, open[0].length)
  const repeated = values.find((value, index) => values.indexOf(value) !== index)
  if (repeated !== undefined) throw badEnum(text, `the value '${repeated}' stands twice in an enum`)
  const padded = values.find((value) => value.endsWith(' '))
  if (padded !== undefined) throw badEnum(text, `the enum value '${padded}' ends with a space, which servers drop`)
  return { text: `enum(${values.map(quoteText).join(',')})`, storage: { kind: 'enum', values }, codec: null }
}

function readItems(text: string, start: number): readonly string[] {
  const values: string[] = []
  let at = skipSpace(text, start)
  for (;;) {
    const item = readQuoted(text, at)
    if (!item) throw badEnum(text, 'an enum value is not in quotes')
    values.push(item.value)
    at = skipSpace(text, item.end)
    if (text[at] === ',') at = skipSpace(text, at + 1)
    else if (text[at] === ')' && at === text.length - 1) return values
    else throw badEnum(text, `an enum must end with \`)\` after its last value`)
  }
}

const skipSpace = (text: string, from: number): number => text.length - text.slice(from).trimStart().length

const badEnum = (text: string, problem: string): AttributeTypeError =>
  new AttributeTypeError('bad-enum', text, problem, `Write enum('first','second'), each value once.`)

export function enumToStored(value: unknown, values: readonly string[], refuse: Refuse): string {
  if (typeof value !== 'string' || !values.includes(value)) throw refuse(`one of ${values.map(quoteText).join(', ')}`)
  return value
}
