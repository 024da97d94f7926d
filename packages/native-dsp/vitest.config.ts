import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'native-dsp',
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // some compute for seconds, on a machine that they may share with other work
    testTimeout: 30_000,
  },
})
