/** Text in quotes, and where it stops. */
export interface QuotedText {
  readonly value: string
  /** The index after the closing quote. */
  readonly end: number
}

/** Reads `'text'` or `"text"` at an index; a quote of the same kind inside is doubled. `null` where there is none. */
export function readQuoted(text: string, start: number): QuotedText | null {
  const quote = text[start]
  if (quote !== "'" && quote !== '"') return null
  let value = ''
  for (let at = start + 1; ;) {
    const close = text.indexOf(quote, at)
    if (close === -1) return null
    value += text.slice(at, close)
    if (text[close + 1] !== quote) return { value, end: close + 1 }
    value += quote
    at = close + 2
  }
}

/** `it's` to `'it''s'`. */
export function quoteText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
