import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { variant } from '../mysql/variant.ts'
import { readCatalogue } from './catalogue.ts'

test('keys and indexes are read after the columns, so that a table made meanwhile is seen whole or not at all', async () => {
  const events: string[] = []
  const query = async ({ sql }: { readonly sql: string }) => {
    const what = /information_schema\.(columns|key_column_usage|statistics)/.exec(sql)?.[1] ?? 'other'
    events.push(`ask ${what}`)
    await setImmediate()
    events.push(`have ${what}`)
    return []
  }
  await readCatalogue(query, ['lab'], variant)
  expect(events.slice(0, 2)).toEqual(['ask columns', 'have columns'])
  expect(events).toHaveLength(6)
})
