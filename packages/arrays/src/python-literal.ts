/** A Python literal of the kinds that an NPY header uses. */
export type PythonLiteral =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'tuple' | 'list'; readonly items: readonly PythonLiteral[] }
  | { readonly kind: 'dict'; readonly entries: ReadonlyMap<string, PythonLiteral> }

/** Reads one Python literal with white space around it; `undefined` if the text is not one. */
export function parsePythonLiteral(text: string): PythonLiteral | undefined {
  const reader: Reader = { tokens: text.match(token) ?? [], at: 0 }
  const covered = reader.tokens.join('') === text
  reader.tokens = reader.tokens.filter((part) => part.trim() !== '')
  const literal = covered ? readLiteral(reader, 0) : undefined
  return reader.at === reader.tokens.length ? literal : undefined
}

interface Reader {
  tokens: string[]
  at: number
}

const token = /\s+|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\d+L?|True|False|[()[\]{},:]/g
const deepest = 32

function readLiteral(reader: Reader, depth: number): PythonLiteral | undefined {
  const first = reader.tokens[reader.at++] ?? ''
  if (depth > deepest) return undefined
  if (first === 'True' || first === 'False') return { kind: 'bool', value: first === 'True' }
  // Python 2 wrote long integers as 12L
  if (/^\d/.test(first)) return { kind: 'int', value: Number(first.replace('L', '')) }
  if (/^['"]/.test(first)) return { kind: 'string', value: first.slice(1, -1).replace(/\\(.)/g, '$1') }
  if (first === '(') return readItems(reader, depth, 'tuple', ')')
  if (first === '[') return readItems(reader, depth, 'list', ']')
  if (first === '{') return readDict(reader, depth)
  return undefined
}

function readItems(reader: Reader, depth: number, kind: 'tuple' | 'list', close: string): PythonLiteral | undefined {
  const items: PythonLiteral[] = []
  while (reader.tokens[reader.at] !== close) {
    const item = readLiteral(reader, depth + 1)
    if (item === undefined || !endsItem(reader, close)) return undefined
    items.push(item)
  }
  reader.at++
  return { kind, items }
}

function readDict(reader: Reader, depth: number): PythonLiteral | undefined {
  const entries = new Map<string, PythonLiteral>()
  while (reader.tokens[reader.at] !== '}') {
    const key = readLiteral(reader, depth + 1)
    if (key?.kind !== 'string' || reader.tokens[reader.at++] !== ':') return undefined
    const value = readLiteral(reader, depth + 1)
    if (value === undefined || !endsItem(reader, '}')) return undefined
    entries.set(key.value, value)
  }
  reader.at++
  return { kind: 'dict', entries }
}

function endsItem(reader: Reader, close: string): boolean {
  if (reader.tokens[reader.at] === ',') {
    reader.at++
    return true
  }
  return reader.tokens[reader.at] === close
}
