import { PipelineError } from '../errors.ts'
import type { TableName } from './table-declaration.ts'

/** A definition asks for what tables of its schema's generation do not have. */
export class OtherGenerationError extends PipelineError {
  override readonly name = 'OtherGenerationError'
  readonly code = 'other-generation'
  readonly table: TableName
  readonly attribute: string | null
  constructor(table: TableName, attribute: string | null, problem: string, advice: string) {
    const place = `${table.schema}.${table.table}${attribute === null ? '' : `, \`${attribute}\``}`
    super(`${place}: ${problem}. ${advice}`)
    this.table = table
    this.attribute = attribute
  }
}
