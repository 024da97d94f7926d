import type { Random } from '../../../test/random.ts'

type Texts = readonly [string, ...string[]]

/** What means something in a definition, and what means something elsewhere. */
const pieces: Texts = [
  '->',
  '---',
  '___',
  '#',
  '=',
  ':',
  ',',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '<',
  '>',
  '@',
  "'",
  '"',
  '`',
  '.',
  '-',
  '\\',
  '\n',
  '\r\n',
  '\t',
  ' ',
  '\0',
  '\u2028',
  'é',
  '😀',
  '\ud800',
  '0',
  '1',
  '-1',
  '1e9',
  '99999999999999999999',
  'null',
  'NULL',
  'master',
  'nullable',
  'unique',
  'index',
  'unique index',
  '.proj(',
  "a='b'",
  '...',
  'subject',
  'Subject',
  'int32',
  'varchar(8)',
  'varchar',
  'decimal(6,2)',
  "enum('a','b')",
  'enum(',
  'datetime(6)',
  'CURRENT_TIMESTAMP',
  '<blob>',
  '<blob@store>',
  'blob@',
  'longblob',
  'double',
  'unsigned',
  'auto_increment',
  'bool',
  'json',
  'uuid',
  '%',
  '%s',
  '$',
  '${x}',
  ';',
  '--',
  '/*',
  '*/',
  '__proto__',
  'constructor',
  ':int32:',
]

/** Makes up the text of a definition: a real one with changes, or pieces in any order. */
export function fuzzDefinition(random: Random, seeds: Texts): string {
  const way = random.below(10)
  if (way < 7) return mutate(random, random.pick(seeds), random.pick(seeds))
  if (way < 9) return Array.from({ length: random.below(30) }, () => random.pick(pieces)).join(random.pick(['', ' ']))
  const repeated = random.pick(pieces).repeat(random.below(200))
  const text = random.pick(seeds)
  const at = random.below(text.length)
  return text.slice(0, at) + repeated + text.slice(at)
}

function mutate(random: Random, seed: string, other: string): string {
  let text = seed
  for (let changes = 1 + random.below(4); changes > 0; changes--) text = change(random, text, other)
  return text
}

function change(random: Random, text: string, other: string): string {
  const at = random.below(text.length + 1)
  const spliced = (removed: number, added: string) => text.slice(0, at) + added + text.slice(at + removed)
  switch (random.below(6)) {
    case 0:
      return spliced(random.below(4), random.pick(pieces))
    case 1:
      return spliced(0, random.pick(pieces))
    case 2:
      return spliced(1 + random.below(8), '')
    case 3:
      return spliced(1, String.fromCharCode(random.below(random.pick([128, 65_536]))))
    case 4: {
      const lines = text.split('\n')
      const line = random.below(lines.length)
      return lines.toSpliced(line, random.below(2), other.split('\n')[random.below(4)] ?? '').join('\n')
    }
    default: {
      const from = random.below(other.length)
      return spliced(random.below(20), other.slice(from, from + random.below(20)))
    }
  }
}
