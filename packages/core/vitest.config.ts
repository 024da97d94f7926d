import { defineConfig } from 'vitest/config'
import { temporaryFolder } from './test/temporary-folder.ts'

export default defineConfig({
  test: {
    name: 'core',
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // most of these wait for real servers, which share a machine with other work
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    env: { TMPDIR: temporaryFolder() },
    globalSetup: ['test/temporary-folder.ts', 'test/servers.ts', 'test/python/setup.ts'],
  },
})
