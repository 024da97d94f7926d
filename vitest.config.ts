import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // most tests wait for servers, also on a machine of two cores, for which one would be taken
    maxWorkers: 2,
    projects: [
      'packages/*/vitest.config.ts',
      'apps/*/vitest.config.ts',
      { test: { name: 'repository', include: ['test/**/*.test.ts'] } },
    ],
  },
})
