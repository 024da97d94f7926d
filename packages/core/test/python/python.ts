import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { inject } from 'vitest'
import type { RecordedValue } from '../../src/blob/testing/recorded-value.ts'
import type { ServerSettings } from '../../src/connection/connection.ts'
import type { Generation } from '../../src/definition/table-declaration.ts'

const neutral = join(import.meta.dirname, '../../../../fixtures/datajoint/scripts')

/** Python, with DataJoint of one generation connected to a server. */
export interface Python {
  /** Runs code, whose names stay for the next; gives the value of its last expression. Rejects with Python's error. */
  run(code: string): Promise<unknown>
  /** Runs code for what it does. */
  execute(code: string): Promise<void>
  /** The same as `run`, with the value as Python's in its neutral encoding. */
  encoded(code: string): Promise<RecordedValue>
  /** Its process, to be stopped and killed as workers are. */
  readonly process: ChildProcess
  close(): Promise<void>
}

/** What DataJoint raised. */
export class PythonError extends Error {
  override readonly name = 'PythonError'
  readonly class: string
  constructor(name: string, message: string, trace: string) {
    super(`${name}: ${message}`, { cause: trace })
    this.class = name
  }
}

/** Whether the machine has Python, without which what needs it is left out (never on CI). */
export const hasPython = (generation: Generation): boolean => inject('python')[generation] !== null

/** Starts Python with `dj` and `np` imported and connected; stores are DataJoint's settings as Python source. */
export async function startPython(
  generation: Generation,
  { host, port, user, password }: Pick<ServerSettings<'mysql'>, 'host' | 'port' | 'user' | 'password'>,
  stores = '{}',
): Promise<Python> {
  const program = inject('python')[generation]
  if (program === null) throw new Error(`There is no Python with DataJoint ${generation}: test hasPython() first.`)
  const environment = {
    ...process.env,
    NEUTRAL: neutral,
    DJ_HOST: host,
    DJ_PORT: String(port),
    DJ_USER: user,
    DJ_PASS: password,
    DJ_USE_TLS: 'false',
    DJ_IGNORE_CONFIG_FILE: 'true',
    DJ_SUPPORT_FILEPATH_MANAGEMENT: 'TRUE',
    DJ_SUPPORT_ADAPTED_TYPES: 'TRUE',
    PYTHONWARNINGS: 'ignore',
    PYTHONDONTWRITEBYTECODE: '1',
  }
  const child = spawn(program, [join(import.meta.dirname, 'driver.py')], {
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let complaints = ''
  child.stderr.on('data', (chunk) => (complaints = `${complaints}${chunk}`.slice(-4000)))
  const waiting: { resolve: (value: RecordedValue) => void; reject: (error: Error) => void }[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    // the driver writes nothing else
    const { value, error } = JSON.parse(line) as {
      value: RecordedValue
      error?: { class: string; message: string; trace: string }
    }
    const next = waiting.shift()
    if (error) next?.reject(new PythonError(error.class, error.message, error.trace))
    else next?.resolve(value)
  })
  let end: Error | null = null
  const ended = new Promise<void>((resolve) => {
    child.once('close', (code, signal) => {
      end = new Error(`Python ended (${code ?? signal}): ${complaints}`)
      for (const { reject } of waiting.splice(0)) reject(end)
      resolve()
    })
  })
  // to one that was killed: its end is told to those who wait
  child.stdin.on('error', () => {})
  const encoded = (code: string): Promise<RecordedValue> =>
    new Promise((resolve, reject) => {
      if (end !== null) return reject(end)
      waiting.push({ resolve, reject })
      child.stdin.write(`${JSON.stringify({ code })}\n`)
    })
  const python: Python = {
    encoded,
    run: async (code) => plain(await encoded(code)),
    execute: async (code) => {
      await encoded(`${code}\nNone`)
    },
    process: child,
    close: async () => {
      child.stdin.end()
      await ended
    },
  }
  await python.execute(`
import logging, warnings
warnings.simplefilter("ignore")
import numpy as np
import datajoint as dj
logging.getLogger("datajoint").setLevel(logging.ERROR)
dj.config["database.host"] = ${JSON.stringify(host)}
dj.config["database.port"] = ${port}
dj.config["database.user"] = ${JSON.stringify(user)}
dj.config["database.password"] = ${JSON.stringify(password)}
dj.config["database.use_tls"] = False
dj.config["safemode"] = False
dj.config["stores"] = ${stores}
dj.conn()`)
  return python
}

/** A value of Python's as one of ours, where comparing by eye is wanted: bytes as hex, arrays as their numbers. */
export function plain(recorded: RecordedValue): unknown {
  // the encoding is ours, and its fields follow from `t`
  const items = (recorded['items'] ?? []) as readonly RecordedValue[]
  const { t, v } = recorded
  switch (t) {
    case 'none':
      return null
    case 'int':
      return Number.isSafeInteger(Number(v)) ? Number(v) : BigInt(String(v))
    case 'float':
      return Number(String(v).replace('inf', 'Infinity'))
    case 'bytes':
      return recorded['hex']
    case 'list':
    case 'tuple':
    case 'set':
    case 'range':
      return items.map(plain)
    case 'dict': {
      const pairs = recorded['items'] as readonly (readonly [RecordedValue, RecordedValue])[]
      return Object.fromEntries(pairs.map(([key, value]) => [String(plain(key)), plain(value)]))
    }
    case 'ndarray':
      return recorded['data'] ?? (items.length > 0 ? items.map(plain) : recorded['hex'])
    case 'timedelta':
      return Number(recorded['us']) / 1e6
    default:
      return v
  }
}
