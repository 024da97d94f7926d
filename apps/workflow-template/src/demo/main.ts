/**
 * `npm run demo`: two sessions, ingested and populated on the embedded database, and what came of them.
 *
 * It stays in a folder of its own (`NEUROJOINT_DEMO`, else `demo` in the repository), whatever the environment says of a lab's:
 * nothing of the demo gets into a lab's tables, and `clean` removes nothing of a lab's.
 */
import { join, resolve } from 'node:path'
import { answerUsage } from '../terminal/usage.ts'

const usage = `npm run demo                      run it; run again, it goes on
npm run demo -- show TABLE        the definition of a table and its first rows
npm run demo -- diagram [FILE]    the pipeline as Mermaid text, or as a picture in FILE.svg
npm run demo -- clean             remove everything that it made`

/** How many words may follow each command. */
const words = new Map(Object.entries({ run: 0, show: 1, diagram: 1, clean: 0 }))

for (const variable of Object.keys(process.env)) {
  if (/^(NEUROJOINT_(HOME|DATABASE|STORES|JOBS|DATA|PROCESSED|STORE|CSV|PREFIX)|DJ)(_|$)/.test(variable))
    delete process.env[variable]
}
const home = process.env['NEUROJOINT_DEMO'] ?? resolve(import.meta.dirname, '../../../../demo')
process.env['NEUROJOINT_HOME'] = home
// said here, so that no file of a lab says anything else
process.env['NEUROJOINT_DATABASE'] = join(home, 'pipeline.sqlite')
process.env['NEUROJOINT_STORES'] = JSON.stringify({ local: { protocol: 'file', location: join(home, 'store') } })

const parameters = process.argv.slice(2)
const answered = answerUsage(usage, parameters, words)

const controller = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () =>
    controller.abort(new DOMException('Stopped. Run it again: it goes on where it was.', 'AbortError')),
  )
}
// The configuration reads the environment when it is imported.
const runDemo = async () => (await import('./command.ts')).runDemoCommand(parameters, controller.signal)
process.exitCode = answered ?? (await runDemo())
