import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { name: 'workflow-template', include: ['src/**/*.test.ts', 'test/**/*.test.ts'] } })
