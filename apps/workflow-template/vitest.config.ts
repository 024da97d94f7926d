import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'workflow-template',
    // it runs whole workflows
    testTimeout: 60_000,
    include: ['test/**/*.test.ts'],
  },
})
