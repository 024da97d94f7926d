/**
 * Inserts what no longer fits into the space that the shell lets a file take, in one transaction, and writes what was said of
 * it and what is there then. Started by commit-error.test.ts.
 */
import { connect } from '../src/connection/connect.ts'

const connection = await connect({ kind: 'sqlite', path: process.argv[2] ?? '' })
const run = (sql: string) => ({ sql, parameters: [] })
const error = await connection
  .transaction(async (transaction) => {
    // few enough to stay in memory until COMMIT writes them
    await transaction.execute(
      run(`INSERT INTO t SELECT NULL, randomblob(100000) FROM (SELECT 1 UNION SELECT 2 UNION SELECT 3)`),
    )
    process.stdout.write('inserted ')
  })
  .catch((thrown: unknown) => thrown)
const code = error instanceof Error && 'code' in error ? error.code : error
const [row] = await connection.query(run('SELECT COUNT(*) FROM t'))
await connection.close()
process.stdout.write(`${String(code)} ${String(row?.[0])}`)
