import type { Tree } from './recorded.ts'

/**
 * The text of an aggregated attribute as MariaDB computes it in an outer join: in the place of a computed attribute of
 * `group` it takes the least and the greatest of its expression, which has a value also where no row of the group matches.
 */
export const withValueOfNothing = (text: string, group: Tree): string =>
  text.replaceAll(/\b(min|max)\(\s*`?(\w+)`?\s*\)/gi, (whole, aggregation: string, name: string) => {
    const value = valueOfNothing(name, group)
    return value === null ? whole : `${aggregation}(ifnull(${name}, ${value}))`
  })

/** What an attribute is computed as where all that it is computed from is NULL; `null` for one that is not computed. */
function valueOfNothing(name: string, tree: Tree): string | null {
  switch (tree.op) {
    case 'proj': {
      const text = tree.named[name]
      if (text === undefined) return valueOfNothing(name, tree.arg)
      const renamed = /^\s*\(?\s*(\w+)\s*\)?\s*$/.exec(text)?.[1]
      if (renamed !== undefined && /^[a-z_]/.test(renamed)) return valueOfNothing(renamed, tree.arg)
      // quoted text, functions and words in capitals are none of the attributes
      return text.replaceAll(/('(?:[^'\\]|\\.|'')*')|`?\b([a-z_]\w*)\b`?(?!\s*\()/g, (part, quoted?: string) =>
        quoted === undefined && !sqlWords.test(part) ? 'NULL' : part,
      )
    }
    case 'restrict':
    case 'antirestrict':
    case 'top':
      return valueOfNothing(name, tree.arg)
    case 'join':
    case 'leftjoin':
      return valueOfNothing(name, tree.left) ?? valueOfNothing(name, tree.right)
    default:
      return null
  }
}

const sqlWords = /^(?:is|null|not|and|or|in|between|like|div|mod|case|when|then|else|end|true|false)$/
