import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { name: 'element-array-ephys', include: ['src/**/*.test.ts', 'test/**/*.test.ts'] },
})
