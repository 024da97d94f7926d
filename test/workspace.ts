import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Import } from './import-graph.ts'

/** The root of the repository. */
export const root: string = fileURLToPath(new URL('..', import.meta.url))

export type Exports = Readonly<Record<string, string | Readonly<Record<string, string>>>>

/** What a package.json tells, of the parts that are checked here. */
export interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly exports?: Exports
  readonly publishConfig?: { readonly exports?: Exports; readonly access?: string }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly scripts?: Readonly<Record<string, string>>
}

export interface Package {
  /** Without the scope. */
  readonly name: string
  /** Relative to the root. */
  readonly folder: string
  readonly manifest: Manifest
}

const scope = '@neurojoint/'

export const packages: readonly Package[] = globSync(
  ['packages/*/package.json', 'packages/native-dsp/npm/*/package.json', 'apps/*/package.json'],
  { cwd: root },
)
  .toSorted()
  .map((path) => {
    // the files of this repository, whose names the tests below check
    const manifest: Manifest = JSON.parse(readFileSync(join(root, path), 'utf8'))
    return { name: manifest.name.replace(scope, ''), folder: dirname(path), manifest }
  })

export const isApp = ({ folder }: Package): boolean => folder.startsWith('apps/')

/** The package that a file belongs to; undefined for the repository's own scripts and tests. */
export const packageOf = (file: string): Package | undefined =>
  packages.findLast(({ folder }) => file.startsWith(`${folder}/`))

/** Files that are never published: tests and the kits that only they call, and the settings of tools. */
export const isDevelopmentFile = (file: string): boolean =>
  /\.(test|test-d|bench)\.ts$/.test(file) ||
  /^[^/]+\/[^/]+\/(test|scripts)\//.test(file) ||
  file.startsWith('packages/core/src/testing/dialect/') ||
  /^packages\/core\/src\/[a-z]+\/testing\//.test(file) ||
  file.endsWith('.config.ts')

/** `core` and `./testing` of `@neurojoint/core/testing`; null for others' packages. */
export function parseOwn(specifier: string): { readonly name: string; readonly subpath: string } | null {
  if (!specifier.startsWith(scope)) return null
  const [name = '', ...rest] = specifier.slice(scope.length).split('/')
  return { name, subpath: ['.', ...rest].join('/') }
}

/** The name of the npm package that an import needs; null for files and Node's own modules. */
export function externalName(specifier: string): string | null {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return null
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** The file that an import loads, relative to the root, through the exports of our own packages too. */
export function resolveTarget({ specifier, target }: Import): string | null {
  const own = parseOwn(specifier)
  if (own === null) return target
  const imported = packages.find(({ name }) => name === own.name)
  const entry = imported?.manifest.exports?.[own.subpath]
  return imported !== undefined && typeof entry === 'string' ? join(imported.folder, entry) : null
}

/** The entries that a package's tsup.config.ts names. */
export function readBuildEntries({ folder }: Package): readonly string[] {
  const path = join(root, folder, 'tsup.config.ts')
  if (!existsSync(path)) return []
  return [...readFileSync(path, 'utf8').matchAll(/'(src\/[^']+\.ts)'/g)].map(([, entry = '']) => entry)
}

/** A file of core or a folder of it, as the arrows name them. */
export function partOfCore(file: string): string {
  const [part = ''] = file.replace('packages/core/src/', '').split('/')
  return basename(part, '.ts')
}
