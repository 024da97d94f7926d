import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, inject } from 'vitest'
import type { DatabaseSettings, Schema } from '../src/index.ts'
import { temporaryPipeline, type TemporaryPipeline } from '../src/testing/index.ts'

let made = 0

/** A database of one kind, of which every call is a fresh one. */
export interface TestDatabase {
  readonly name: string
  /** A prefix for schema names that nothing else uses. */
  readonly prefix: () => string
  readonly pipeline: (schemas: readonly Schema[]) => Promise<TemporaryPipeline>
  /** Settings that several connections can share, for the length of one test. */
  readonly shared: () => Promise<{ settings: DatabaseSettings; dispose: () => Promise<void> }>
}

const prefix = (): string => `t${process.pid}_${Date.now().toString(36)}_${(made += 1)}_`

const sqlite: TestDatabase = {
  name: 'sqlite',
  prefix,
  pipeline: (schemas) => temporaryPipeline({ schemas }),
  shared: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'neurojoint-'))
    return {
      settings: { kind: 'sqlite', path: join(folder, 'shared.sqlite') },
      dispose: () => rm(folder, { recursive: true, force: true }),
    }
  },
}

/** `null` where no server could be had, which fails the run on CI (see servers.ts). */
function onServer(kind: 'mariadb' | 'mysql'): TestDatabase | null {
  const settings = inject(kind)
  if (!settings) return null
  return {
    name: kind,
    prefix,
    pipeline: (schemas) => temporaryPipeline({ schemas, database: settings }),
    shared: async () => ({ settings, dispose: async () => {} }),
  }
}

/** Runs the same tests on every database. */
export function onEveryDatabase(title: string, tests: (database: TestDatabase) => void): void {
  for (const database of [sqlite, onServer('mariadb'), onServer('mysql')]) {
    if (database) describe(`${title} on ${database.name}`, () => tests(database))
  }
}
