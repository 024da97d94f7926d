import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { coreArrows, coreValues, databaseNames, packageArrows, reachable } from './arrows.ts'
import { findCycles, type Import, parseImports, parseWords, readImports } from './import-graph.ts'
import {
  externalName,
  isApp,
  isDevelopmentFile,
  packageOf,
  packages,
  parseOwn,
  partOfCore,
  readBuildEntries,
  resolveTarget,
  root,
} from './workspace.ts'

const imports = readImports(root, ['packages/*/{src,test,scripts}/**/*.ts', 'apps/*/{src,test,scripts}/**/*.ts']).map(
  (found): Import => ({ ...found, target: resolveTarget(found) }),
)
const published = imports.filter(({ file }) => !isDevelopmentFile(file))
const where = ({ file, line, specifier }: Import): string => `${file}:${line} imports ${specifier}`

/** Why an import goes against an arrow's restriction; null if it does not. */
function restrictionBroken({ kind, lazy }: Import, only: 'type' | 'lazy' | null | undefined): string | null {
  if (only === undefined) return 'there is no such arrow'
  if (kind === 'type' || only === null || (only === 'lazy' && lazy)) return null
  return only === 'type' ? 'only types may be imported' : 'it may only be loaded by `await import(…)`'
}

const matches = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern

function packageRestriction(from: string, to: string): 'type' | 'lazy' | null | undefined {
  const row =
    Object.keys(packageArrows).find((name) => name === from) ??
    Object.keys(packageArrows).find((name) => matches(name, from))
  if (row === undefined) return undefined
  for (const [name, only] of reachable(packageArrows, row)) if (matches(name, to)) return only ?? null
  return undefined
}

describe('packages', () => {
  test('each has its place among the arrows', () => {
    const unplaced = packages.filter(
      (one) => !isApp(one) && !Object.keys(packageArrows).some((name) => matches(name, one.name)),
    )
    expect(unplaced.map(({ name }) => `${name} is not in test/arrows.ts`)).toEqual([])
  })

  test('import only what stands to their right', () => {
    const problems = imports.flatMap((found) => {
      const from = packageOf(found.file)
      const to = parseOwn(found.specifier)?.name
      if (from === undefined || to === undefined || to === from.name || isApp(from)) return []
      if (isDevelopmentFile(found.file) && ['core', 'servers'].includes(to)) return []
      if (to === 'core' && found.values.length > 0 && found.values.every((name) => name in coreValues)) return []
      const broken = restrictionBroken(found, packageRestriction(from.name, to))
      return broken === null ? [] : [`${where(found)}: ${broken} from ${from.name} to ${to}`]
    })
    expect(problems).toEqual([])
  })

  test('reach each other by public names, never by path', () => {
    const byPath = imports.filter(({ file, specifier, target }) => {
      const own = packageOf(file)
      return specifier.startsWith('.') && target !== null && own !== undefined && !target.startsWith(`${own.folder}/`)
    })
    const unknown = imports.filter(({ specifier, target }) => parseOwn(specifier) !== null && target === null)
    const platformPackages = unknown.filter(({ specifier }) => specifier.startsWith('@neurojoint/native-dsp-'))
    expect(byPath.map((found) => `${where(found)}, a file of another package`)).toEqual([])
    expect(
      unknown
        .filter((found) => !platformPackages.includes(found))
        .map((found) => `${where(found)}, which no package exports`),
    ).toEqual([])
  })

  test('depend, in package.json, only on what the arrows allow', () => {
    const problems = packages
      .filter((one) => !isApp(one))
      .flatMap(({ name, folder, manifest }) => {
        const needed = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies }
        const refuse = (wanted: string, allowed: (to: string) => boolean): string[] => {
          const to = parseOwn(wanted)?.name
          return to === undefined || allowed(to)
            ? []
            : [`${folder}/package.json depends on ${wanted}: there is no such arrow`]
        }
        const follows = (to: string): boolean => packageRestriction(name, to) !== undefined
        return [
          ...Object.keys(needed).flatMap((wanted) => refuse(wanted, follows)),
          ...Object.keys(manifest.devDependencies ?? {}).flatMap((wanted) =>
            refuse(wanted, (to) => follows(to) || ['core', 'servers'].includes(to)),
          ),
        ]
      })
    expect(problems).toEqual([])
  })

  test('declare every package that what they publish imports', () => {
    const problems = published.flatMap((found) => {
      const own = packageOf(found.file)
      const wanted = externalName(found.specifier)
      if (own === undefined || wanted === null || wanted === own.manifest.name) return []
      const { dependencies, peerDependencies, optionalDependencies } = own.manifest
      if (wanted in { ...dependencies, ...peerDependencies, ...optionalDependencies }) return []
      return [`${where(found)}, which ${own.folder}/package.json does not depend on`]
    })
    expect(problems).toEqual([])
  })

  test('take core as a peer if they are elements', () => {
    const problems = packages
      .filter(({ name }) => name.startsWith('element-'))
      .filter(({ manifest }) => {
        const { peerDependencies = {}, devDependencies = {}, dependencies = {} } = manifest
        const core = '@neurojoint/core'
        return (
          peerDependencies[core] !== 'workspace:^' || devDependencies[core] !== 'workspace:^' || core in dependencies
        )
      })
    expect(
      problems.map(({ folder }) => `${folder} must have core as peerDependency and devDependency "workspace:^"`),
    ).toEqual([])
  })

  test('export the same subpaths from source and when published, each with an entry of the build', () => {
    const problems = packages
      .filter((one) => !isApp(one) && one.manifest.exports !== undefined)
      .flatMap((one) => {
        const expected = Object.entries(one.manifest.exports ?? {}).map(([subpath, source]) => {
          const built = String(source)
            .replace(/^\.\/src\//, './dist/')
            .replace(/\.ts$/, '')
          return [subpath, { types: `${built}.d.ts`, default: `${built}.js` }] as const
        })
        const entries = readBuildEntries(one)
        const unbuilt = Object.values(one.manifest.exports ?? {}).filter(
          (source) => !entries.includes(String(source).slice(2)),
        )
        return [
          ...unbuilt.map((source) => `${one.folder}/tsup.config.ts has no entry ${String(source)}`),
          ...(JSON.stringify(one.manifest.publishConfig?.exports) === JSON.stringify(Object.fromEntries(expected))
            ? []
            : [
                `${one.folder}/package.json: publishConfig.exports should be ${JSON.stringify(Object.fromEntries(expected))}`,
              ]),
        ]
      })
    expect(problems).toEqual([])
  })

  test('run nothing when they are installed', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepare']
    const problems = packages.flatMap(({ folder, manifest }) =>
      hooks.filter((hook) => manifest.scripts?.[hook] !== undefined).map((hook) => `${folder} has a script ${hook}`),
    )
    expect(problems).toEqual([])
  })
})

describe('inside core', () => {
  const inside = published.filter(
    ({ file, target }) => file.startsWith('packages/core/src/') && target?.startsWith('packages/core/src/'),
  )

  test('each part imports only what stands to its right', () => {
    const problems = inside.flatMap((found) => {
      const from = partOfCore(found.file)
      const to = partOfCore(found.target ?? '')
      // the public index knows all of it, and so may the kit of the dialects
      if (from === to || from === 'index' || /\/testing\/dialect\/|\/[a-z]+\/testing\//.test(found.file)) return []
      if (!(from in coreArrows)) return [`${found.file}: \`${from}\` is not in test/arrows.ts`]
      const broken = restrictionBroken(found, reachable(coreArrows, from).get(to))
      return broken === null ? [] : [`${where(found)}: ${broken} from ${from} to ${to}`]
    })
    expect(problems).toEqual([])
  })

  test('a database is known by name in its folder of dialect/ alone, and where connections are opened', () => {
    const folders = readdirSync(join(root, 'packages/core/src/dialect'), { withFileTypes: true })
    const names = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name)
    expect(names).toContain('mysql')
    const known = new RegExp(names.join('|'), 'i')
    const files = globSync('packages/core/src/**/*.ts', { cwd: root }).filter(
      (file) =>
        !isDevelopmentFile(file) &&
        !file.startsWith('packages/core/src/dialect/') &&
        !(file.replace('packages/core/src/', '') in databaseNames),
    )
    const problems = files.flatMap((file) =>
      parseWords(file, readFileSync(join(root, file), 'utf8'))
        .filter(({ word }) => known.test(word))
        .map(({ line, word }) => `${file}:${line} names ${word}`),
    )
    expect(files.length).toBeGreaterThan(100)
    expect(problems).toEqual([])
  })

  test('what a dialect is called decides nothing', () => {
    const files = globSync('packages/core/src/**/*.ts', { cwd: root }).filter((file) => !isDevelopmentFile(file))
    const asked = files.filter((file) => /dialect\.name\b/.test(readFileSync(join(root, file), 'utf8')))
    expect(asked).toEqual([])
  })
})

test('no file imports itself by way of others, types aside', () => {
  const cycles = findCycles(imports.filter(({ kind }) => kind === 'value'))
  expect(cycles.map((files) => files.join(' -> '))).toEqual([])
})

describe('the checks themselves', () => {
  test.each([
    [`import { a } from './x.ts'`, 'value', false],
    [`import a, { type B } from './x.ts'`, 'value', false],
    [`import * as a from './x.ts'`, 'value', false],
    [`import './x.ts'`, 'value', false],
    [`export { a } from './x.ts'`, 'value', false],
    [`export * from './x.ts'`, 'value', false],
    [`const a = await import('./x.ts')`, 'value', true],
    [`import type { A } from './x.ts'`, 'type', false],
    [`import { type A, type B } from './x.ts'`, 'type', false],
    [`export type { A } from './x.ts'`, 'type', false],
    [`type A = import('./x.ts').A`, 'type', false],
  ] as const)('%s is seen as an import of a %s', (text, kind, lazy) => {
    expect(parseImports('a/b.ts', text)).toMatchObject([
      { file: 'a/b.ts', line: 1, specifier: './x.ts', kind, lazy, target: 'a/x.ts' },
    ])
  })

  test('an import that goes left is found, with what is wrong', () => {
    const [left] = parseImports('packages/core/src/relation/a.ts', `import { b } from '../query/b.ts'`)
    expect(left && restrictionBroken(left, reachable(coreArrows, 'relation').get('query'))).toBe(
      'there is no such arrow',
    )
    expect(packageRestriction('element-lab', 'element-session')).toBeUndefined()
    expect(packageRestriction('element-lab', 'core')).toBe('type')
    expect(packageRestriction('core', 'arrays')).toBeNull()
  })

  test('the values that an import takes are named', () => {
    expect(parseImports('a.ts', `import { type A, b, c as d } from 'e'`)).toMatchObject([{ values: ['b', 'c'] }])
  })

  test('a database that is named in code is found, and not in a comment', () => {
    expect(parseWords('a.ts', "// mysql\nif (kind === 'mysql') openMariadb(`sqlite`)").map(({ word }) => word)).toEqual(
      ['kind', 'mysql', 'openMariadb', 'sqlite'],
    )
  })

  test('a cycle is found', () => {
    const cycle = [...parseImports('a.ts', `import './b.ts'`), ...parseImports('b.ts', `import './a.ts'`)]
    expect(findCycles(cycle)).toEqual([['a.ts', 'b.ts', 'a.ts']])
  })
})
