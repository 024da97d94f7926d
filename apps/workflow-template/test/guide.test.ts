import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')

/** What a program printed, which the error of one that failed has too. */
interface Output {
  readonly stdout: string
}

/** Printed between the examples, so that each output is known. */
const BOUNDARY = '~ end of example ~'

test('the guide to preprocessing has the types that it relies on, prints what it says, and draws its picture', async () => {
  const page = await readFile(join(root, 'docs/guides/preprocessing.md'), 'utf8')
  const examples = [...page.matchAll(/```ts\n([\s\S]*?)```(?:\n\n```text\n([\s\S]*?)```)?/g)]
  const program = examples.map(([, code = '']) => `${code}\nconsole.log('${BOUNDARY}')\n`).join('')
  // below this app, its packages are there
  const folder = await mkdtemp(join(import.meta.dirname, '.guide-'))
  try {
    await writeFile(join(folder, 'guide.ts'), program)
    const settings = { extends: join(root, 'tsconfig.base.json'), files: ['guide.ts'] }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings))
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const checked = await run(process.execPath, [compiler, '--project', folder]).catch((error: Output) => error)
    expect(checked.stdout).toBe('')
    const { stdout } = await run(process.execPath, ['guide.ts'], { cwd: folder })
    expect(stdout.split(`${BOUNDARY}\n`).slice(0, -1)).toEqual(examples.map(([, , output = '']) => output))
    const picture = await readFile(join(folder, 'before-and-after.svg'), 'utf8')
    expect(picture).toContain('Preprocessed (±')
    expect(picture.match(/<image /g)).toHaveLength(2)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 120_000)
