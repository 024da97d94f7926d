import { expect, test } from 'vitest'
import { isDiskFull } from './disk-full.ts'
import { FileError } from './errors.ts'

test('a full disk is told from other failures, whoever reports it', () => {
  const system = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  expect(isDiskFull(system)).toBe(true)
  expect(isDiskFull(new FileError('a.bin', system.message))).toBe(true)
  expect(isDiskFull(new FileError('a.bin', 'No space left on device (os error 28)'))).toBe(true)
  expect(isDiskFull(new FileError('ENOSPC.bin', 'Permission denied (os error 13)'))).toBe(false)
  expect(isDiskFull(new Error('ENOSPC'))).toBe(false)
  expect(isDiskFull(null)).toBe(false)
})
