import { checkOptions, InvalidCallError, isPlain, requireText, show } from '../options.ts'

// What the compiler refuses in TypeScript: from JavaScript it may be anything, and what is misspelt would do nothing.

const MAKE = ['parts', 'make', 'keySource', 'fetch', 'compute']
const OPTIONS = { manual: ['parts'], lookup: ['parts', 'contents'], imported: MAKE, computed: MAKE } as const

/** The options of a schema. */
export function checkSchemaOptions(options: unknown): void {
  const call = 'defineSchema()'
  checkOptions(call, options, ['compat', 'codecs'])
  const { compat, codecs = [] }: Partial<Record<string, unknown>> = Object(options)
  if (compat !== undefined && compat !== 'python-0.14') {
    throw new InvalidCallError(
      `${call} was given compat: ${show(compat)}. There is 'python-0.14'; without it, tables are of 2.x.`,
    )
  }
  if (!Array.isArray(codecs)) {
    throw new InvalidCallError(`${call} takes codecs as a list, [graph], and was given ${show(codecs)}.`)
  }
  const odd = codecs.findIndex((codec) => Object(codec).kind !== 'codec')
  if (odd !== -1) {
    throw new InvalidCallError(`${call} takes codecs that defineCodec() made, and among them is ${show(codecs[odd])}.`)
  }
}

/** What a table is declared from, or a part of one: its name, the tables that it refers to, and the text of its definition. */
export function checkDeclaration(typeName: unknown, references: unknown, definition: unknown): void {
  requireText('A declaration', 'the name of a table', typeName)
  if (typeof definition !== 'string') {
    throw new InvalidCallError(
      `${typeName} has no definition: pass its name, the tables that it refers to ({} for none), and the text.`,
    )
  }
  if (typeof references !== 'object' || references === null) {
    throw new InvalidCallError(
      `${typeName} takes the tables that it refers to as an object, { Subject }, {} for none, and was given ${show(references)}.`,
    )
  }
}

/** What else belongs to a table of a tier. A make may be of a class, of which only the parts are looked at. */
export function checkTableOptions(tier: keyof typeof OPTIONS, typeName: string, options: unknown): void {
  const call = `${tier}('${typeName}', …)`
  if (typeof options !== 'object' || options === null || isPlain(options)) checkOptions(call, options, OPTIONS[tier])
  const { parts = {}, contents = [] }: Partial<Record<string, unknown>> = Object(options)
  if (!Array.isArray(contents)) {
    throw new InvalidCallError(`${call} takes contents as a list of rows, and was given ${show(contents)}.`)
  }
  const given = typeof parts === 'object' && parts !== null && isPlain(parts) ? Object.values(parts) : [parts]
  const wrong = given.findIndex((part) => !Array.isArray(part))
  if (wrong !== -1) {
    throw new InvalidCallError(
      `${call} takes each of its parts by its name as [references, definition], and was given ${show(given[wrong])}.`,
    )
  }
}
