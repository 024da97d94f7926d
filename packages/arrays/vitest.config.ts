import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { name: 'arrays', include: ['src/**/*.test.ts', 'test/**/*.test.ts'] } })
