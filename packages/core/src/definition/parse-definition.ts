import type { Generation } from '../attribute/generation.ts'
import { parseAttributeLine } from './attribute-line.ts'
import { isIndexLine, parseIndexLine } from './index-line.ts'
import { parseReferenceLine } from './reference-line.ts'
import { lineError, type SourceLine, splitLines, trim } from './source-line.ts'
import type { TableDefinition } from './table-definition.ts'

/**
 * Reads the text of a definition.
 *
 * @param table `schema.TypeName`, for messages
 * @param generation that of the table, which says what its types are called
 * @throws DefinitionError with line and column within the text, what is wrong there, and what to write instead
 */
export function parseDefinition(
  text: string,
  table: string | null = null,
  generation: Generation = '2.x',
): TableDefinition {
  const lines = splitLines(text, table)
  const divider = lines.findIndex(isDivider)
  const content = lines.flatMap((line, index) =>
    line.text.startsWith('#') || isDivider(line)
      ? []
      : [parseLine(line, divider === -1 || index < divider, generation)],
  )
  requireDistinct(lines, content)
  return { comment: readComment(lines[0]), lines: content }
}

/** `___` is 0.14's other way to write it. */
const isDivider = (line: SourceLine): boolean => /^(---|___)/.test(line.text)

function parseLine(line: SourceLine, inKey: boolean, generation: Generation): TableDefinition['lines'][number] {
  if (line.text.startsWith('->')) return parseReferenceLine(line, inKey)
  return isIndexLine(line.text) ? parseIndexLine(line) : parseAttributeLine(line, inKey, generation)
}

/** The table's comment is the one on the first line. */
function readComment(first: SourceLine | undefined): string {
  if (!first?.text.startsWith('#')) return ''
  const comment = trim(first.text.slice(1))
  if (comment.startsWith(':')) {
    throw lineError(first, 'bad-comment', comment, 'a comment begins with `:`', 'Start it with another character.')
  }
  return comment
}

function requireDistinct(lines: readonly SourceLine[], content: TableDefinition['lines']): void {
  const names = new Set<string>()
  for (const parsed of content) {
    if (parsed.kind !== 'attribute') continue
    const line = names.has(parsed.name) ? lines.find(({ at }) => at === parsed.at) : undefined
    if (line) {
      const problem = `\`${parsed.name}\` is declared twice`
      throw lineError(line, 'duplicate-attribute', parsed.name, problem, 'Remove one of the two lines.')
    }
    names.add(parsed.name)
  }
}
