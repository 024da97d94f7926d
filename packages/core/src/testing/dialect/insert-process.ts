import { connect } from '../../connection/connect.ts'
import type { DatabaseSettings } from '../../connection/connection.ts'
import { resolveDefinition } from '../../definition/resolve-definition.ts'
import { declareOn } from './declare-on.ts'

/** What a process is told on its command line, as JSON. */
export interface InsertProcessTask {
  readonly settings: DatabaseSettings
  readonly schema: string
  readonly keys: readonly number[]
}

// written by the kit, see processes.ts
const { settings, schema, keys } = JSON.parse(process.argv[2] ?? '') as InsertProcessTask
const connection = await connect(settings)
const { dialect } = connection
const declaration = resolveDefinition({
  schema,
  name: 'Shared',
  tier: 'manual',
  definition: `n : int32\n---\nprocess : int32`,
  references: {},
})
await declareOn(connection, declaration)
for (const key of keys) {
  await connection.transaction(async (transaction) => {
    const row = [BigInt(key), BigInt(process.pid)]
    await transaction.execute(dialect.insert(declaration.name, declaration.heading, [row], 'fail'))
  })
}
await connection.close()
