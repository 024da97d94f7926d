import type { Query } from '../compile/dialect.ts'
import type { Connection } from '../connection/connection.ts'
import type { RawRow } from '../driver/driver.ts'

/**
 * Reads the catalogue as it is now, each part of it once: the schemas of a pipeline refer to each other, and each is read
 * with those that it refers to.
 */
export function catalogueQuery(connection: Connection): Query {
  const answers = new Map<string, Promise<readonly RawRow[]>>()
  return (statement) => {
    const id = JSON.stringify([statement.sql, statement.parameters.map(String)])
    const answer = answers.get(id) ?? connection.query(statement)
    answers.set(id, answer)
    return answer
  }
}
