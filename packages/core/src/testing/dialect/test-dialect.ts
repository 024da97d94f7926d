import { describe } from 'vitest'
import { testAlgebra } from './algebra.ts'
import { testChange } from './change.ts'
import { testDeclare } from './declare.ts'
import { testDefinitions } from './definitions.ts'
import type { DialectUnderTest } from './dialect-under-test.ts'
import { testOddText } from './odd-text.ts'
import { testMembers } from './members.ts'
import { testProcesses } from './processes.ts'
import { testRandomRelations } from './random.ts'
import { testStream } from './stream.ts'
import { testTransaction } from './transaction.ts'
import { testValues } from './values.ts'

/** What every dialect must do; each dialect's own test file calls it. */
export function testDialect(dialect: DialectUnderTest): void {
  describe(`kit on ${dialect.name}`, () => {
    testDeclare(dialect)
    testDefinitions(dialect)
    testValues(dialect)
    testOddText(dialect)
    testAlgebra(dialect)
    testMembers(dialect)
    testRandomRelations(dialect)
    testChange(dialect)
    testTransaction(dialect)
    testStream(dialect)
    testProcesses(dialect)
  })
}
