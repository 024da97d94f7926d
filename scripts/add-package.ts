/** `npm run add -- <name> "<what it is for>"`: a new package of the workspace, which builds and passes its test. */
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { runCommand } from './command.ts'
import { helpIfAsked, refuse } from './usage.ts'

const usage = 'npm run add -- <name> "<what it is for>"'
const parameters = process.argv.slice(2)
helpIfAsked(usage, parameters)
const [name = '', description, ...others] = parameters
if (!/^[a-z][a-z0-9-]*$/.test(name))
  refuse(`\`${name}\` is no name: lower case, with hyphens, such as element-foo.`, usage)
if (!description || others.length > 0) refuse('Say what it is for, in quotation marks.', usage)
const folder = resolve(import.meta.dirname, '../packages', name)
if (existsSync(folder)) {
  console.error(`packages/${name} is there already.`)
  process.exit(2)
}

const isElement = name.startsWith('element-')
const core = { '@neurojoint/core': 'workspace:^' }
const manifest = {
  name: `@neurojoint/${name}`,
  version: '0.1.0',
  description,
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  engines: { node: '>=22.18' },
  files: ['dist'],
  exports: { '.': './src/index.ts' },
  publishConfig: { access: 'public', exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } } },
  scripts: { build: 'tsup', test: 'vitest run', typecheck: 'tsc --noEmit' },
  ...(isElement && { peerDependencies: core, devDependencies: core }),
}

const element = `import type { Schema } from '@neurojoint/core'

/** Declares the tables. What they refer to outside this element comes as a second parameter, \`upstream\`. */
export function activate(schema: Schema) {
  const Example = schema.manual('Example', {}, \`
    # ${description}
    example : int32
  \`)
  return { Example }
}
`
const elementTest = `import { defineSchema } from '@neurojoint/core'
import { temporaryPipeline } from '@neurojoint/core/testing'
import { expect, test } from 'vitest'
import { activate } from './index.ts'

test('declares its tables', async () => {
  const schema = defineSchema('example')
  const { Example } = activate(schema)
  await using pipeline = await temporaryPipeline({ schemas: [schema] })
  await pipeline.db(Example).insert([{ example: 1 }])
  expect(await pipeline.db(Example).fetch()).toEqual([{ example: 1 }])
})
`
const library = `/** ${description}. */
export const packageName = '@neurojoint/${name}'
`
const libraryTest = `import { expect, test } from 'vitest'
import { packageName } from './index.ts'

test('is the package that it says', () => {
  expect(packageName).toBe('@neurojoint/${name}')
})
`
const files: Readonly<Record<string, string>> = {
  'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
  'README.md': `# @neurojoint/${name}\n\n${description}.\n`,
  'tsconfig.json': `{\n  "extends": "../../tsconfig.base.json",\n  "include": ["src", "test", "*.config.ts"]\n}\n`,
  'tsup.config.ts': `import { library } from '../../tsup.base.ts'\n\nexport default library(['src/index.ts'])\n`,
  'vitest.config.ts': `import { defineConfig } from 'vitest/config'\n\nexport default defineConfig({ test: { name: '${name}', include: ['src/**/*.test.ts', 'test/**/*.test.ts'] } })\n`,
  'src/index.ts': isElement ? element : library,
  'src/index.test.ts': isElement ? elementTest : libraryTest,
}
await mkdir(join(folder, 'src'), { recursive: true })
for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text)
const { exitCode } = await runCommand(['pnpm', 'install'])
if (exitCode === 0) {
  await runCommand(['oxfmt', folder])
  console.log(`packages/${name} is there. Say in test/arrows.ts what it may import, then: npm test -- ${name}`)
} else {
  // half a package would keep every other command from installing what is locked
  await rm(folder, { recursive: true, force: true })
  console.error(`Its dependencies could not be installed (see above), so packages/${name} was taken away again.`)
  process.exitCode = exitCode
}
