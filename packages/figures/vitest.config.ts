import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { name: 'figures', include: ['src/**/*.test.ts', 'test/**/*.test.ts'] } })
