import { InvalidCallError, show } from '../options.ts'
import { MASK } from './masked.ts'
import { entriesOf, isSettings, type Settings } from './read-settings.ts'
import { settingOf } from './setting.ts'

/** A table for people of what is set, and where: a line for each key. Secrets are not shown. */
export function formatSettings(settings: Settings): string {
  if (!isSettings(settings)) {
    throw new InvalidCallError(
      `formatSettings() takes what \`await readSettings()\` gave, and was given ${show(settings)}.`,
    )
  }
  const rows = entriesOf(settings).map(({ key, value, origin }) => [key, shown(key, value), origin] as const)
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => (row[column] ?? '').length)))
  return rows
    .map(([key, value, origin]) => `${key.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${origin}\n`)
    .join('')
}

function shown(key: string, value: unknown): string {
  if (settingOf(key)?.secret === true && value !== '') return MASK
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value)
}
