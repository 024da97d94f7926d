import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { name: 'servers', include: ['src/**/*.test.ts', 'test/**/*.test.ts'] } })
