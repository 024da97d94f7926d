import { expect, test } from 'vitest'
import { parseAttributeType } from '../attribute/attribute-type.ts'
import { pythonText } from './legacy-key.ts'

/* What `str()` gives in Python 3.11 for the value that DataJoint 0.14 fetches. */
test.each([
  ['int', -5, '-5'],
  ['bigint', 9_007_199_254_740_993n, '9007199254740993'],
  ['tinyint(1)', true, '1'],
  ['double', 2, '2.0'],
  ['double', 0.1, '0.1'],
  ['double', 1e16, '1e+16'],
  ['double', 123_456_789_012_345.6, '123456789012345.6'],
  ['double', 0.0001, '0.0001'],
  ['double', 0.00001, '1e-05'],
  ['double', -1.5e-7, '-1.5e-07'],
  ['float', Math.fround(0.1), '0.1'],
  ['decimal(8,3)', '1.500', '1.500'],
  ['decimal(12,10)', '0.0000010000', '0.0000010000'],
  ['decimal(12,10)', '0.0000000100', '1.00E-8'],
  ['decimal(12,10)', '-0.0000000123', '-1.23E-8'],
  ['decimal(12,10)', '0.0000000000', '0E-10'],
  ['date', '2024-01-15', '2024-01-15'],
  ['datetime(3)', '2024-01-15 10:00:00.250', '2024-01-15 10:00:00.250000'],
  ['datetime(3)', '2024-01-15 10:00:00.000', '2024-01-15 10:00:00'],
  ['time', '01:02:03', '1:02:03'],
  ['time', '25:00:00', '1 day, 1:00:00'],
  ['time', '-01:00:00', '-1 day, 23:00:00'],
  ['time(3)', '49:00:00.500', '2 days, 1:00:00.500000'],
  ['varchar(8)', ' a ', ' a '],
] as const)('a key of type %s with %s is hashed as %s', (type, value, text) => {
  expect(pythonText({ name: 'x', type: parseAttributeType(type, '0.14'), inKey: true } as never, value)).toBe(text)
})
