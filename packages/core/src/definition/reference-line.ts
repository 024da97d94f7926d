import { requireAttributeName } from './attribute-line.ts'
import { lineError, type SourceLine, trim } from './source-line.ts'
import type { ReferenceLine } from './table-definition.ts'

const pattern = /^->\s*(?:\[([^\]]*)\]\s*)?([A-Za-z]\w*(?:\.\w+)*?)(?:\.proj\(([^)]*)\))?\s*(?:#.*)?$/

/** Reads `-> [options] Name.Part.proj(new='old') # text`. */
export function parseReferenceLine(line: SourceLine, inKey: boolean): ReferenceLine {
  const match = pattern.exec(line.text)
  if (!match) {
    const advice = "Write `-> Table`, `-> Master.Part`, `-> [nullable] Table` or `-> Table.proj(new_name='name')`."
    throw lineError(line, 'unreadable-line', line.text, `cannot read the reference \`${line.text}\``, advice)
  }
  const [, optionText = '', target = '', renameText = ''] = match
  const options = splitList(optionText).map((option) => option.toLowerCase())
  for (const option of options) {
    if (option === 'nullable' || option === 'unique') continue
    throw lineError(line, 'bad-option', option, `unknown option \`${option}\``, 'The options are nullable and unique.')
  }
  const nullable = options.includes('nullable')
  if (nullable && inKey) {
    const problem = `the reference to ${target} is in the primary key and cannot be nullable`
    throw lineError(line, 'null-in-key', target, problem, 'Put it below `---`, or leave out `[nullable]`.')
  }
  const renames = splitList(renameText).map((text) => parseRename(line, text))
  const unique = options.includes('unique')
  return { kind: 'reference', target, renames, nullable, unique, inKey, at: line.at }
}

function parseRename(line: SourceLine, text: string): readonly [string, string] {
  const match = /^(\w+)\s*=\s*(?:'(\w+)'|"(\w+)")$/.exec(text)
  if (!match) {
    const advice = "Write `.proj(new_name='name')`, the name of the other table in quotes."
    throw lineError(line, 'bad-rename', text, `cannot read the renaming \`${text}\``, advice, line.text.indexOf(text))
  }
  const [, renamed = '', single, double = ''] = match
  requireAttributeName(line, renamed)
  return [renamed, single ?? double]
}

const splitList = (text: string): readonly string[] =>
  text
    .split(',')
    .map(trim)
    .filter((item) => item !== '')
