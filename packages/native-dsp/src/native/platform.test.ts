import { expect, test, vi } from 'vitest'

test.runIf(process.platform === 'linux')(
  'the C library is found without asking name servers for open sockets',
  async () => {
    const report: NodeJS.ProcessReport & { excludeNetwork?: boolean } = process.report
    const excluded: unknown[] = []
    const { getReport } = report
    const spy = vi.spyOn(report, 'getReport').mockImplementation(() => {
      excluded.push(report.excludeNetwork)
      return getReport.call(report)
    })
    const before = report.excludeNetwork
    const { platform } = await import('./platform.ts')
    spy.mockRestore()
    expect(platform).toMatch(/^linux-(x64|arm64)-(gnu|musl)$/)
    expect(excluded).toEqual([true])
    expect(report.excludeNetwork).toBe(before)
  },
)
