#!/usr/bin/env node
import { runCommandLine } from './run.ts'

const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort(signal))
process.exitCode = await runCommandLine(process.argv.slice(2), {
  out: process.stdout,
  error: process.stderr,
  signal: interruption.signal,
})
