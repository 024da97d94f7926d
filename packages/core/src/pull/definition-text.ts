import { definitionLines } from '../definition/format-definition.ts'
import type { TableDeclaration, TableName } from '../definition/table-declaration.ts'

/** The definition of a table as people write them: its types, and its comments, stand below each other. */
export function definitionText(declaration: TableDeclaration, nameOf: (table: TableName) => string): string {
  const lines = definitionLines(declaration, nameOf)
  const width = widthOf(
    lines.filter(({ type }) => type !== null).map(({ text }) => text),
    32,
  )
  const typed = lines.map(({ text, type, comment }) => ({
    text: type === null ? text : `${text.padEnd(width)} : ${type}`,
    comment,
  }))
  const whole = widthOf(
    typed.filter(({ comment }) => comment !== '').map(({ text }) => text),
    64,
  )
  return typed.map(({ text, comment }) => (comment === '' ? text : `${text.padEnd(whole)}    # ${comment}`)).join('\n')
}

/** What texts are filled up to; those that are longer than `most` stand as they are. */
const widthOf = (texts: readonly string[], most: number): number =>
  Math.max(0, ...texts.map(({ length }) => length).filter((length) => length <= most))
