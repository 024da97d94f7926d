import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { benchFor } from './bench.ts'
import type { DialectUnderTest } from './dialect-under-test.ts'
import type { InsertProcessTask } from './insert-process.ts'

const processes = 8
const rowsEach = 25

export function testProcesses(dialect: DialectUnderTest): void {
  describe('processes', () => {
    const open = benchFor(dialect)

    test(
      'several declare one schema at once, and all their transactions come through',
      { timeout: 60_000 },
      async () => {
        const bench = await open()
        await Promise.all(
          Array.from({ length: processes }, (_, index) => {
            const keys = Array.from({ length: rowsEach }, (_key, n) => index * rowsEach + n)
            const task: InsertProcessTask = { settings: bench.settings, schema: bench.schema('lab'), keys }
            const script = fileURLToPath(new URL('./insert-process.ts', import.meta.url))
            return promisify(execFile)(process.execPath, [script, JSON.stringify(task)])
          }),
        )
        const [declaration] = await bench.readBack('lab')
        if (!declaration) throw new RangeError('nothing was declared')
        const { name, heading } = declaration
        const rows = await bench.rows({ kind: 'table', name, heading })
        expect(rows).toHaveLength(processes * rowsEach)
        expect(new Set(rows.map((row) => row['process'])).size).toBe(processes)
      },
    )
  })
}
