import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { name: 'element-animal', include: ['src/**/*.test.ts', 'test/**/*.test.ts'] } })
