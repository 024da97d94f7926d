/** A value of a dumped row: text, digits as they stand, bytes, or NULL. */
export type DumpedValue = string | Uint8Array | null

/** The rows of one table of one database in a dump. */
export interface DumpedRows {
  readonly schema: string
  readonly table: string
  readonly attributes: readonly string[]
  readonly rows: readonly (readonly DumpedValue[])[]
}

/**
 * Reads the rows out of what `mariadb-dump` writes: `INSERT INTO \`table\` VALUES (…),(…);` in the order of the columns of
 * the CREATE TABLE before it.
 */
export function readDumpedRows(dump: string): readonly DumpedRows[] {
  const found: DumpedRows[] = []
  let schema = ''
  let attributes: readonly string[] = []
  const statement = /^(?:USE `(.+)`;|CREATE TABLE `.+` \(\n((?: {2}.*\n)+)\)|INSERT INTO `(.+)` VALUES\s*)/gm
  for (let match = statement.exec(dump); match; match = statement.exec(dump)) {
    const [, used, columns, table] = match
    if (used !== undefined) schema = used
    else if (columns !== undefined) attributes = [...columns.matchAll(/^ {2}`(.+?)` /gm)].map(([, name = '']) => name)
    else if (table !== undefined) {
      const { rows, end } = readRows(dump, statement.lastIndex)
      found.push({ schema, table, attributes, rows })
      statement.lastIndex = end
    }
  }
  return found
}

function readRows(dump: string, start: number) {
  const rows: DumpedValue[][] = []
  const token =
    /\s*(?:(_binary\s+)?'((?:[^'\\]|\\[^]|'')*)'|0x([\dA-Fa-f]*)|(-?[\d.]+(?:[eE][-+]?\d+)?)|(NULL)|([(),;]))/y
  token.lastIndex = start
  for (;;) {
    const match = token.exec(dump)
    if (!match) throw new RangeError(`The dump cannot be read at ${dump.slice(token.lastIndex, token.lastIndex + 40)}`)
    const [, binary, text, hex, digits, none, mark] = match
    if (mark === ';') return { rows, end: token.lastIndex }
    if (mark === '(') rows.push([])
    else if (mark === undefined) {
      const value =
        none === undefined ? (hex === undefined ? (digits ?? unescape(text ?? '')) : Buffer.from(hex, 'hex')) : null
      rows.at(-1)?.push(binary === undefined || value === null ? value : Buffer.from(String(value), 'latin1'))
    }
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', 0: '\0', Z: '\u001a', b: '\b' }

const unescape = (text: string): string =>
  text.replaceAll("''", "'").replaceAll(/\\([^])/g, (_, character: string) => escapes[character] ?? character)
