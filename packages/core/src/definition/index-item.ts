import { readQuoted } from '../attribute/quoted-text.ts'

/** What one item of an index names. */
export type IndexItem =
  | { readonly kind: 'attribute'; readonly name: string }
  /** A member of a json attribute as a value of one of the server's types; `null` for its text. */
  | {
      readonly kind: 'member'
      readonly name: string
      /** As SQL's paths have it: `$.gain.left[0]`. */
      readonly path: string
      readonly type: string | null
    }
  /** In the server's own language, with its parentheses. */
  | { readonly kind: 'expression'; readonly sql: string }

/** Reads `name`, `name.path[0]:type` or `(expression)`; `null` where a text is none of them. */
export function parseIndexItem(text: string): IndexItem | null {
  if (text.startsWith('(')) return isOneExpression(text) ? { kind: 'expression', sql: text } : null
  const match =
    /^([a-z][a-z0-9_]*)((?:\.[A-Za-z_]\w*|\[\d+\])*)(?:\s*:\s*([a-z]+(?: unsigned)?(?:\(\d+(?:,\s*\d+)?\))?))?$/.exec(
      text,
    )
  if (!match) return null
  const [, name = '', path = '', type = null] = match
  if (path !== '') return { kind: 'member', name, path: `$${path}`, type }
  return type === null ? { kind: 'attribute', name } : null
}

/** Whether an index has items that not every database can keep. */
export const isFunctional = ({ attributes }: { readonly attributes: readonly string[] }): boolean =>
  attributes.some((text) => parseIndexItem(text)?.kind !== 'attribute')

/**
 * Whether a text is one expression in parentheses that stays within them for every server: quotes and parentheses are
 * closed, and nothing in it can end the statement or turn the rest of it into a comment.
 */
function isOneExpression(text: string): boolean {
  if (/\\|;|--|\/\*|#/.test(text)) return false
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const quoted = readQuoted(text, at)
    if (quoted) {
      at = quoted.end - 1
      continue
    }
    const character = text[at]
    if (character === "'" || character === '"') return false
    if (character === '(') depth += 1
    if (character === ')') depth -= 1
    if (depth === 0) return at === text.length - 1 && text.length > 2
  }
  return false
}
