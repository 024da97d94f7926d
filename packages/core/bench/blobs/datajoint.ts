import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { environment } from '../relations/datajoint.ts'
import { BLOBS, BYTES, type Contestant, type Server } from './operations.ts'

/** Python DataJoint, in a process of its own. */
export async function datajoint(server: Server): Promise<Contestant> {
  const python = await environment()
  const script = join(import.meta.dirname, 'datajoint_process.py')
  const sizes = JSON.stringify({ ...server, blobs: BLOBS, bytes: BYTES })
  const child = spawn(python, [script, sizes], { stdio: ['pipe', 'pipe', 'inherit'] })
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
    name: 'datajoint (Python)',
    version: String(await read('version')),
    run: async (operation) => {
      child.stdin.write(`${JSON.stringify({ run: operation })}\n`)
      return Number(await read('seconds'))
    },
    close: async () => {
      child.stdin.end()
    },
  }
}
