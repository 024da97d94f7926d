import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, inject, test } from 'vitest'
import type { Generation } from '../src/definition/table-declaration.ts'
import { hasPython, type Python, startPython } from './python/python.ts'

const page = join(import.meta.dirname, '../../../docs/guides/with-python.md')

interface Example {
  /** `python` is DataJoint 2, `py` 0.14. */
  readonly language: 'ts' | 'python' | 'py'
  readonly code: string
  readonly output: string
}

async function readExamples(): Promise<readonly Example[]> {
  const found = (await readFile(page, 'utf8')).matchAll(
    /```(ts|python|py)\n([\s\S]*?)```(?:\n\n```text\n([\s\S]*?)```)?/g,
  )
  // the pattern names no others
  return [...found].map(([, language, code = '', output = '']) => ({
    language: language as Example['language'],
    code,
    output,
  }))
}

/** Printed between the examples, so that each output is known. */
const BOUNDARY = '~ end of example ~'

/** The TypeScript of the page as one program, which waits before each example until it is told to go on. */
function programOf(examples: readonly Example[]): string {
  const wait = `await new Promise((resolve) => process.stdin.once('data', resolve))`
  const parts = examples.filter(({ language }) => language === 'ts')
  return `${parts.map(({ code }) => `${wait}\n${code}\nconsole.log('${BOUNDARY}')\n`).join('')}process.exit()\n`
}

/** Runs Python, and gives what it printed. */
const printed = async (python: Python, code: string): Promise<string> => {
  await python.execute(
    `import contextlib, io\nout = io.StringIO()\nwith contextlib.redirect_stdout(out):\n    exec(${JSON.stringify(code)}, globals())`,
  )
  return String(await python.run('out.getvalue()'))
}

describe.each(['mariadb', 'mysql'] as const)('the page on Python, on %s', (kind) => {
  const settings = inject(kind)
  test.runIf(settings && hasPython('2.x') && hasPython('0.14'))(
    'prints what it says, in both languages',
    { timeout: 120_000 },
    async () => {
      if (!settings) return
      const examples = await readExamples()
      expect(new Set(examples.map(({ language }) => language))).toEqual(new Set(['ts', 'python', 'py']))
      const prefix = `wp${process.pid}_${Date.now().toString(36)}_`
      const named = (code: string): string =>
        code
          .replace(
            "{ kind: 'mariadb', host: 'localhost', port: 3306, user: 'ann', password: 'a secret' }",
            JSON.stringify(settings),
          )
          .replace(
            /((?:defineSchema|Schema)\(|(?:VirtualModule|create_virtual_module)\('\w+', )'(lab|older)'/g,
            `$1'${prefix}$2'`,
          )
      const folder = await mkdtemp(join(import.meta.dirname, '.guide-'))
      await writeFile(join(folder, 'guide.ts'), named(programOf(examples)))
      const node = spawn('node', ['guide.ts'], { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] })
      let complaints = ''
      node.stderr.on('data', (chunk) => (complaints += String(chunk)))
      const lines = createInterface({ input: node.stdout })[Symbol.asyncIterator]()
      const runNode = async (): Promise<string> => {
        node.stdin.write('go on\n')
        let text = ''
        for (;;) {
          const { value, done } = await lines.next()
          if (done === true) throw new Error(`The program ended: ${complaints}`)
          if (value === BOUNDARY) return text
          text += `${value}\n`
        }
      }
      const pythons: Readonly<Record<Generation, Python>> = {
        '2.x': await startPython('2.x', settings),
        '0.14': await startPython('0.14', settings),
      }
      try {
        for (const { language, code, output } of examples) {
          const python = pythons[language === 'py' ? '0.14' : '2.x']
          expect(language === 'ts' ? await runNode() : await printed(python, named(code))).toBe(output)
        }
      } finally {
        node.kill()
        for (const name of ['lab', 'older']) {
          await pythons['2.x'].execute(`dj.conn().query("drop database if exists \`${prefix}${name}\`")`)
        }
        for (const python of Object.values(pythons)) await python.close()
        await rm(folder, { recursive: true, force: true })
      }
    },
  )
})
