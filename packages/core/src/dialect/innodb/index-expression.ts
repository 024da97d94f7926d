import { quoteText } from '../../attribute/quoted-text.ts'
import { parseIndexItem } from '../../definition/index-item.ts'
import { unescapeText } from './unescape.ts'

/** An expression that a server shows of an index, as the item of a definition: a member of a json attribute where it is that. */
export function indexExpression(shown: string): string {
  // it is shown escaped, as if it stood in quotes, and its literals once more, with their character set
  const sql = unescapeText(shown).replaceAll(/_utf8mb[34]'((?:[^'\\]|\\.)*)'/gs, (_, text: string) =>
    quoteText(unescapeText(text)),
  )
  const member = /^json_value\(`([^`]+)`, ?'\$([^']*)' returning ([^']+)\)$/i.exec(sql)
  const [, name = '', path = '', type = ''] = member ?? []
  const item = `${name}${path}:${type.replaceAll(/(?<=,) /g, '')}`
  return parseIndexItem(item)?.kind === 'member' ? item : `(${sql})`
}
