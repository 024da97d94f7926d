import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { environment } from '../relations/datajoint.ts'
import { MAKES, REFRESHED, type Server } from './operations.ts'

/** Python DataJoint, in a process of its own. */
export async function datajoint(server: Server) {
  const python = await environment()
  const script = join(import.meta.dirname, 'datajoint_process.py')
  const sizes = { ...server, makes: MAKES, refreshed: REFRESHED }
  const child = spawn(python, [script, JSON.stringify(sizes)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const read = async (member: string): Promise<unknown> => {
    for (;;) {
      const { value, done } = await lines.next()
      if (done) throw new Error('the Python process ended; what it said stands above')
      if (!value.startsWith('{')) continue
      const answer: unknown = JSON.parse(value)
      if (typeof answer === 'object' && answer !== null && member in answer) return Reflect.get(answer, member)
    }
  }
  return {
    version: String(await read('version')),
    run: async (operation: 'populate' | 'refresh'): Promise<number> => {
      child.stdin.write(`${JSON.stringify({ run: operation })}\n`)
      return Number(await read('seconds'))
    },
    close: () => {
      child.stdin.end()
    },
  }
}
