import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      'packages/*/vitest.config.ts',
      'apps/*/vitest.config.ts',
      { test: { name: 'repository', include: ['test/**/*.test.ts'], expect: { poll: { timeout: 20_000 } } } },
    ],
  },
})
