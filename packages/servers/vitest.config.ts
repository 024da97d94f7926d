import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'servers',
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // a server takes its time, on a machine that it may share with other work
    expect: { poll: { timeout: 20_000 } },
  },
})
