import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { name: 'element-lab', include: ['src/**/*.test.ts', 'test/**/*.test.ts'] } })
