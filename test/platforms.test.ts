import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const folder = join(import.meta.dirname, '../packages/native-dsp')
const platforms = readdirSync(join(folder, 'npm')).toSorted()
const readJson = (path: string): Record<string, unknown> => JSON.parse(readFileSync(join(folder, path), 'utf8'))

test.for(platforms)('the package for %s holds its binary, and is installed there only', (platform) => {
  const [os, cpu, libc] = platform.split('-')
  expect(readJson(`npm/${platform}/package.json`)).toMatchObject({
    name: `@neurojoint/native-dsp-${platform}`,
    version: readJson('package.json')['version'],
    main: `native-dsp.${platform}.node`,
    files: [`native-dsp.${platform}.node`],
    os: [os],
    cpu: [cpu],
    ...(libc && { libc: [libc === 'gnu' ? 'glibc' : libc] }),
    scripts: { prepack: `node ../../scripts/require-binary.mjs native-dsp.${platform}.node` },
  })
})

test('native-dsp asks for the package of every platform, and the release builds every one', () => {
  const names = platforms.map((platform) => `@neurojoint/native-dsp-${platform}`)
  expect(Object.keys(Object(readJson('package.json')['optionalDependencies'])).toSorted()).toEqual(names)
  const workflow = readFileSync(join(folder, '../../.github/workflows/release.yml'), 'utf8')
  const built = [...workflow.matchAll(/\{ platform: ([\w-]+),/g)].map(([, platform = '']) => platform)
  expect(built).toHaveLength(platforms.length)
  expect(new Set(built)).toEqual(new Set(platforms))
})
