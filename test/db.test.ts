import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { root } from './workspace.ts'

test('the databases stay until Ctrl-C, which stops them', { timeout: 120_000 }, async () => {
  const child = spawn(process.execPath, [join(root, 'scripts/db.ts')], { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(child, 'exit')
  try {
    const [line] = await once(createInterface(child.stdout), 'line')
    const { hostname, port } = new URL(/mariadb:\S+/.exec(String(line))?.[0] ?? '')
    await sleep(500)
    const listens = async (): Promise<boolean> => {
      const socket = connect(Number(port), hostname)
      const connected = await Promise.race([
        once(socket, 'connect').then(() => true),
        once(socket, 'close').then(() => false),
      ]).catch(() => false)
      socket.destroy()
      return connected
    }
    expect(await listens()).toBe(true)
    child.kill('SIGINT')
    expect(await ended).toEqual([0, null])
    expect(await listens()).toBe(false)
  } finally {
    child.kill('SIGKILL')
  }
})
