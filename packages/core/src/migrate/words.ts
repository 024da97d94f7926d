import type { TableChange } from '../compile/alter.ts'
import type { Attribute } from '../attribute/attribute.ts'
import { formatWithoutComment } from '../definition/format-definition.ts'
import type { ForeignKey, Index, TableName } from '../definition/table-declaration.ts'
import { identifyTable } from '../query/dependencies.ts'

/** By which name a change is allowed, and what it does in words. */
export function describeChange(
  change: TableChange,
  table: TableName,
): { readonly name: string; readonly what: string } {
  const id = identifyTable(table)
  switch (change.kind) {
    case 'declare':
      return { name: id, what: 'is created' }
    case 'rename-table':
      return { name: id, what: `the table \`${change.from.table}\` becomes \`${table.table}\`` }
    case 'rename-attribute':
      return { name: `${id}.${change.attribute.name}`, what: `\`${change.from}\` becomes \`${change.attribute.name}\`` }
    case 'add-attribute':
      return { name: `${id}.${change.attribute.name}`, what: `adds \`${formatWithoutComment(change.attribute)}\`` }
    case 'drop-attribute':
      return {
        name: `${id}.${change.attribute.name}`,
        what: `drops \`${formatWithoutComment(change.attribute)}\` with its values`,
      }
    case 'change-attribute':
      return { name: `${id}.${change.to.name}`, what: describeAspects(change.from, change.to, change.aspects) }
    case 'change-comment':
      return { name: id, what: `the comment becomes "${change.to}"` }
    case 'change-key':
      return { name: id, what: `the primary key (${change.from.join(', ')}) becomes (${change.to.join(', ')})` }
    case 'add-index':
      return { name: `${id} ${spellIndex(change.index)}`, what: `adds the ${spellIndex(change.index)}` }
    case 'drop-index':
      return { name: `${id} ${spellIndex(change.index)}`, what: `drops the ${spellIndex(change.index)}` }
    case 'add-reference':
      return {
        name: `${id} ${spellReference(change.foreignKey)}`,
        what: `adds the reference ${spellReference(change.foreignKey)}`,
      }
    case 'drop-reference':
      return {
        name: `${id} ${spellReference(change.foreignKey)}`,
        what: `drops the reference ${spellReference(change.foreignKey)}`,
      }
    case 'drop-jobs':
      return {
        name: identifyTable(change.jobs),
        what: 'drops the job table, which holds keys as they were: workers make it anew, errors in it are lost',
      }
    case 'forget-jobs':
      return {
        name: `${table.schema}.~jobs.${table.table}`,
        what: 'deletes the jobs of this table from `~jobs`, which holds keys as they were',
      }
  }
}

function describeAspects(from: Attribute, to: Attribute, aspects: ReadonlySet<string>): string {
  const [old, now] = [formatWithoutComment(from), formatWithoutComment(to)]
  const comment = aspects.has('comment') ? `the comment of \`${to.name}\` becomes "${to.comment}"` : ''
  if (old === now && aspects.has('default')) return `the default of \`${now}\` is no expression any more`
  if (old === now) return comment === '' ? `\`${now}\` is kept as its parent's` : comment
  return `\`${old}\` becomes \`${now}\`${comment === '' ? '' : `, ${comment}`}`
}

const spellIndex = ({ unique, attributes }: Index): string =>
  `${unique ? 'unique ' : ''}index (${attributes.join(', ')})`

const spellReference = ({ attributes, parent, parentAttributes }: ForeignKey): string =>
  `(${attributes.join(', ')}) -> ${identifyTable(parent)} (${parentAttributes.join(', ')})`
