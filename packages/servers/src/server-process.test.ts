import { execFile } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)

test('to end a server is waited for, also where something that it started keeps its output open', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-process-'))
  const source = `
    import { startGuard } from ${JSON.stringify(new URL('guard.ts', import.meta.url).href)}
    import { startProcess } from ${JSON.stringify(new URL('server-process.ts', import.meta.url).href)}
    const guard = startGuard(${JSON.stringify(folder)})
    const server = startProcess(['/bin/sh', '-c', 'sleep 1 & echo ready; exec sleep 100'], '/', '', guard)
    await server.sees(/ready/)
    server.detach()
    await server.kill()
    await guard.release()
    console.log('ended')`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', source])
  expect(stdout).toBe('ended\n')
})
