import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { connect } from '../src/connection/connect.ts'

test.skipIf(process.platform === 'win32')(
  'a COMMIT that cannot be written is undone as a whole, and said to be',
  { timeout: 30_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'neurojoint-'))
    try {
      const path = join(folder, 'full.sqlite')
      const connection = await connect({ kind: 'sqlite', path })
      await connection.execute({ sql: 'CREATE TABLE t (n INTEGER PRIMARY KEY, x BLOB)', parameters: [] })
      await connection.execute({ sql: 'INSERT INTO t VALUES (NULL, 0)', parameters: [] })
      await connection.close()
      // in blocks of 512 bytes
      const script = `trap '' XFSZ; ulimit -f 200; exec "$0" "$1" "$2"`
      const program = join(import.meta.dirname, 'commit-process.ts')
      const { stdout } = await promisify(execFile)('sh', ['-c', script, process.execPath, program, path])
      expect(stdout).toBe('inserted disk-failed 1')
      const again = await connect({ kind: 'sqlite', path })
      expect(await again.query({ sql: 'SELECT COUNT(*) FROM t', parameters: [] })).toEqual([[1]])
      await again.close()
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
)
