import type { Attribute, Heading } from '../../attribute/attribute.ts'
import type { RelationNode } from '../../relation/node.ts'
import { project } from '../../relation/project.ts'
import { top } from '../../relation/top.ts'
import { show } from '../call.ts'
import type { Context } from '../context.ts'
import { countRows } from './count-rows.ts'
import { InvalidCallError } from '../errors.ts'
import { fetchRows } from './fetch.ts'

/** What of a relation is shown. */
export interface PreviewOptions {
  /** The most rows to show, 12 where this is left out. */
  readonly limit?: number
  /** The most characters of a column, 14 where this is left out. */
  readonly width?: number
  readonly signal?: AbortSignal
}

/** Some rows of a relation, for people. */
export interface Preview {
  /** What each column shows: the names of the attributes, and whether they are of the primary key. */
  readonly attributes: readonly { readonly name: string; readonly inKey: boolean; readonly comment: string }[]
  /** The rows as text, a text per attribute, not shortened; of blobs, attachments and JSON only what they are. */
  readonly rows: readonly (readonly string[])[]
  /** How many rows there are in all, and whether there are more than that: a table is not counted to its end. */
  readonly total: { readonly rows: number; readonly more: boolean }
  /** All of it as a table of text. */
  readonly text: string
}

/** Rows are counted up to here. */
const COUNTED = 100_000

/** Reads the first rows and counts all of them, as far as that is quick. Nothing large is read. */
export async function previewRows(
  context: Context,
  node: RelationNode,
  { limit = 12, width = 14, signal }: PreviewOptions,
): Promise<Preview> {
  requireSize('limit', limit, 0)
  requireSize('width', width, 1)
  const { heading } = node
  const shown = heading.filter((attribute) => attribute.inKey || stand(attribute) === null)
  const columns = Object.fromEntries(shown.map(({ name }) => [name, name]))
  const found = await fetchRows<Record<string, unknown>>(
    context,
    // one more tells whether there are any
    project(top(node, { order: [], limit: limit + 1, offset: 0 }), columns),
    signal,
  )
  const total = found.length <= limit ? { rows: found.length, more: false } : await totalOf(context, node, signal)
  const rows = found
    .slice(0, limit)
    .map((row) =>
      heading.map((attribute) => (attribute.name in row ? spell(row[attribute.name]) : (stand(attribute) ?? ''))),
    )
  const attributes = heading.map(({ name, inKey, comment }) => ({ name, inKey, comment }))
  return { attributes, rows, total, text: formatTable(heading, rows, total, width) }
}

/** From JavaScript, it may be anything. */
function requireSize(name: string, given: number, least: number): void {
  if (Number.isInteger(given) && given >= least) return
  throw new InvalidCallError(`preview() was given ${name}: ${show(given)}. Give an integer of ${least} or more.`)
}

async function totalOf(context: Context, node: RelationNode, signal?: AbortSignal): Promise<Preview['total']> {
  // any of them, in no order
  const some: RelationNode = {
    kind: 'top',
    heading: node.heading,
    source: node,
    order: [],
    limit: COUNTED + 1,
    offset: 0,
  }
  const rows = await countRows(context, some, signal)
  return { rows: Math.min(rows, COUNTED), more: rows > COUNTED }
}

/** What stands for a value that is not fetched, because it may be large. */
function stand({ type: { storage, codec, text } }: Attribute): string | null {
  if (codec !== null) return `<${codec.name}>`
  if (storage.kind === 'json') return 'json'
  if (storage.kind === 'bytes') return text === 'bytes' ? 'bytes' : '<blob>'
  return null
}

const spell = (value: unknown): string => {
  if (value === null) return 'NULL'
  // a key may be of bytes
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)
}

function formatTable(
  heading: Heading,
  rows: readonly (readonly string[])[],
  total: Preview['total'],
  width: number,
): string {
  const header = heading.map(({ name, inKey }) => (inKey ? `*${name}` : name))
  const widths = header.map((name, index) =>
    Math.min(
      width,
      Math.max(...[name, ...rows.map((row) => row[index] ?? '')].map((cell) => charactersOf(oneLine(cell)).length)),
    ),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => fit(oneLine(cell), widths[index] ?? 0))
      .join(' ')
      .trimEnd()
  const count = total.more ? ` (Total: more than ${total.rows.toLocaleString('en')})` : ` (Total: ${total.rows})`
  return [
    line(header),
    widths.map((size) => '-'.repeat(size)).join(' '),
    ...rows.map(line),
    ...(total.more || total.rows > rows.length ? ['...'] : []),
    count,
  ].join('\n')
}

function fit(text: string, width: number): string {
  const characters = charactersOf(text)
  if (characters.length <= width) return text + ' '.repeat(width - characters.length)
  return `${characters.slice(0, Math.max(0, width - 1)).join('')}…`
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
const charactersOf = (text: string): readonly string[] => Array.from(segmenter.segment(text), ({ segment }) => segment)

// oxlint-disable-next-line no-control-regex -- which a terminal would obey
const oneLine = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
