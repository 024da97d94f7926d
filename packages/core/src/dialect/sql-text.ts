import type { SqlText } from '../relation/expression.ts'

/** Puts pieces of SQL between pieces of text, of which there is one more. */
export function sqlAround(text: readonly string[], ...pieces: readonly SqlText[]): SqlText {
  return pieces.reduce<SqlText>(
    (whole, piece, index) => append(append(whole, piece), { text: [text[index + 1] ?? ''], operands: [] }),
    { text: [text[0] ?? ''], operands: [] },
  )
}

const append = (left: SqlText, right: SqlText): SqlText => ({
  text: [...left.text.slice(0, -1), `${left.text.at(-1) ?? ''}${right.text[0] ?? ''}`, ...right.text.slice(1)],
  operands: [...left.operands, ...right.operands],
})
