import { vi } from 'vitest'
import type { Passing } from '../src/pass.ts'
import { preparePassBench } from './pass-bench.ts'
import { testPassBlocks } from './pass-blocks-kit.ts'
import { testPassControl } from './pass-control-kit.ts'
import { testPassFailures } from './pass-failures-kit.ts'
import { testPassFindings } from './pass-findings-kit.ts'

/** What every implementation of `Passing` must do; each one's own test file calls it. */
export function testPassing(name: string, passing: Passing): void {
  // threads take long to start on a busy machine
  vi.setConfig({ testTimeout: 30_000 })
  const bench = preparePassBench(name, passing)
  testPassBlocks(bench)
  testPassFindings(bench)
  testPassFailures(bench)
  testPassControl(bench)
}
