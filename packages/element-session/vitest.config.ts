import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { name: 'element-session', include: ['src/**/*.test.ts', 'test/**/*.test.ts'] } })
