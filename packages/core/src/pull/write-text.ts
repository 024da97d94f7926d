/** A JavaScript template that gives a text: every character of it survives. */
export const writeTemplate = (text: string): string =>
  `\`${text.replaceAll(/[\\`]|\$\{/g, '\\$&').replaceAll(/[^\n\P{Cc}]/gu, escape)}\``

/** A JavaScript string that gives a text. */
export const writeString = (text: string): string =>
  `'${text.replaceAll(/[\\']/g, '\\$&').replaceAll(/[\p{Cc}\u2028\u2029]|\p{Surrogate}/gu, escape)}'`

/** A comment of one line, which nothing in it can end. */
export const writeComment = (text: string): string => `// ${text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')}`

/** The name of a property: as it is where that can be. */
export const writeName = (name: string): string =>
  /^[A-Za-z_]\w*$/.test(name) && name !== '__proto__' ? name : `[${writeString(name)}]`

const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
