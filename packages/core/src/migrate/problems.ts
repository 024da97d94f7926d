import type { TableAlteration, TableChange } from '../compile/alter.ts'
import { isFunctional } from '../definition/index-item.ts'
import type { TableDeclaration } from '../definition/table-declaration.ts'
import { identifyTable } from '../query/dependencies.ts'
import { conversionOf } from './conversion.ts'
import type { MigrationCheck } from './plan.ts'

interface Around {
  readonly alterations: readonly TableAlteration[]
  /** Tables that no definition says. */
  readonly strangers: readonly TableDeclaration[]
  readonly checks: readonly MigrationCheck[]
  readonly functionalIndexes: boolean
  readonly database: string
}

/** Why a change cannot be done, and what to do by hand; `null` where it can. */
export function problemOf(change: TableChange, alteration: TableAlteration, around: Around): string | null {
  const failed = around.checks.filter(({ rows }) => rows > 0)
  return (
    outright(change, alteration, around) ??
    (failed.length === 0 ? null : `${failed.map(spellCheck).join('; ')}. ${adviceOn(change)}`)
  )
}

/** What a check found, as a sentence has it. */
export function spellCheck({ what, rows, example }: MigrationCheck): string {
  const shown = Object.entries(example ?? {}).map(([name, value]) => `${name} = ${value}`)
  const found = rows === 1 ? `row ${what.replace(/^(\w+)/, inSingular)}` : `rows ${what}`
  return `${rows} ${found}${shown.length === 0 ? '' : `, the first: ${shown.join(', ')}`}`
}

const singular: Readonly<Record<string, string>> = { have: 'has', hold: 'holds', refer: 'refers', are: 'is' }

const inSingular = (word: string): string => singular[word] ?? word

function outright(change: TableChange, { before, stored }: TableAlteration, around: Around): string | null {
  const { alterations, strangers, functionalIndexes, database } = around
  switch (change.kind) {
    case 'change-attribute': {
      const { default: initial } = change.from
      if (initial.kind === 'literal' && initial.value === null) {
        return (
          'the database computes its value, by an expression that no definition says and that would be lost. ' +
          'Change it by hand with ALTER TABLE.'
        )
      }
      if (!change.aspects.has('type')) return null
      const conversion = conversionOf(change.from.type, change.to.type)
      if (conversion.kind === 'never') {
        return (
          `${conversion.reason}. Add an attribute of the new type beside it, fill it from the old one row by row, ` +
          'then drop the old one and rename the new one.'
        )
      }
      const heir = strangers.find((one) => refersTo(one, stored, change.from.name, before))
      if (!heir) return null
      return (
        `\`${identifyTable(heir.name)}\` inherits it and is in none of the schemas that were given: both must change together. ` +
        'Pass its schema as well, or change it there first.'
      )
    }
    case 'change-key': {
      if (stored.keyless) {
        return 'the table has none now: its rows may repeat each other. Give it one by hand with ALTER TABLE.'
      }
      const children = [...strangers, ...alterations.map((one) => one.stored)].filter((one) =>
        one.foreignKeys.some((key) => identifyTable(key.parent) === identifyTable(stored.name)),
      )
      if (children.length === 0) return null
      return (
        `${children.map(({ name }) => `\`${identifyTable(name)}\``).join(', ')} ${children.length === 1 ? 'inherits' : 'inherit'} ` +
        'the key, and what its rows would have in the new attributes nobody can tell. Declare the new table and those below it ' +
        'under other names, insert their rows from these, and drop these.'
      )
    }
    case 'add-index':
      if (functionalIndexes || !isFunctional(change.index)) return null
      return `${database} indexes attributes alone. Give the value an attribute of its own and index that, or leave the index out.`
    case 'add-reference': {
      const { parent } = change.foreignKey
      const there =
        strangers.some(({ name }) => identifyTable(name) === identifyTable(parent)) ||
        alterations.some((one) => identifyTable(one.before.name) === identifyTable(parent))
      return there ? null : `\`${identifyTable(parent)}\` is not there. Pass its schema as well.`
    }
    default:
      return null
  }
}

function refersTo(
  table: TableDeclaration,
  stored: TableDeclaration,
  attribute: string,
  before: TableDeclaration,
): boolean {
  const was = stored.heading[before.heading.findIndex(({ name }) => name === attribute)]?.name ?? attribute
  return table.foreignKeys.some(
    (key) => identifyTable(key.parent) === identifyTable(stored.name) && key.parentAttributes.includes(was),
  )
}

function adviceOn(change: TableChange): string {
  switch (change.kind) {
    case 'add-attribute':
      return 'Give it a default, or make it nullable; what each row should have can be written then, and the default removed.'
    case 'change-attribute':
      return change.aspects.has('type')
        ? 'Correct these values first, or choose a type that holds them.'
        : 'Give these rows a value first.'
    case 'add-index':
    case 'change-key':
      return 'Correct these rows first.'
    case 'add-reference':
      return 'Insert the rows that they refer to, or correct them, first.'
    default:
      return 'Change that first.'
  }
}
