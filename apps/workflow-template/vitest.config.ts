import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'workflow-template',
    include: ['test/**/*.test.ts'],
    // Whole workflows, of which two at once would only be slower.
    fileParallelism: false,
  },
})
