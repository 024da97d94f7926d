import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { name: 'native-dsp', include: ['src/**/*.test.ts', 'test/**/*.test.ts'] } })
