/**
 * `npm run demo`: two sessions, ingested and populated on the embedded database, and what came of them.
 *
 *   npm run demo                  run it; run again, it goes on
 *   npm run demo -- show TABLE    the definition of a table and its first rows
 *   npm run demo -- diagram [FILE]    the pipeline as Mermaid text, or as a picture in FILE.svg
 *   npm run demo -- clean         remove everything that it made
 *
 * It stays in a folder of its own (`NEUROJOINT_DEMO`, else `demo` in the repository), whatever the environment says of a lab's:
 * nothing of the demo gets into a lab's tables, and `clean` removes nothing of a lab's.
 */
import { resolve } from 'node:path'

for (const variable of Object.keys(process.env)) {
  if (/^NEUROJOINT_(HOME|DATABASE|DATA|PROCESSED|STORE|CSV|PREFIX)$/.test(variable)) delete process.env[variable]
}
process.env['NEUROJOINT_HOME'] = process.env['NEUROJOINT_DEMO'] ?? resolve(import.meta.dirname, '../../../../demo')

// The configuration reads the environment when it is imported.
const { runDemoCommand } = await import('./command.ts')

const controller = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () =>
    controller.abort(new DOMException('Stopped. Run it again: it goes on where it was.', 'AbortError')),
  )
}
process.exitCode = await runDemoCommand(process.argv.slice(2), controller.signal)
