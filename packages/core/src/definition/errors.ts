import { PipelineError } from '../errors.ts'
import type { Position } from './table-definition.ts'

export type DefinitionErrorCode =
  | 'unreadable-line'
  | 'line-too-long'
  | 'bad-character'
  | 'bad-name'
  | 'duplicate-attribute'
  | 'unknown-type'
  | 'bad-type'
  | 'bad-enum'
  | 'other-generation'
  | 'bad-default'
  | 'bad-comment'
  | 'null-in-key'
  | 'unindexable-type'
  | 'bad-option'
  | 'bad-rename'
  | 'unknown-reference'
  | 'unknown-attribute'
  | 'unsupported-index'
  | 'conflicting-reference'
  | 'colon-in-enum'
  | 'comment-too-long'
  | 'empty-primary-key'
  | 'no-attributes'
  | 'missing-master'
  | 'new-key-attribute'

/** What is wrong in a definition, where, and what to write instead. */
export interface DefinitionProblem {
  readonly code: DefinitionErrorCode
  /** The part of the definition that is wrong. */
  readonly text: string
  /** What was found, as the beginning of a sentence without its full stop. */
  readonly problem: string
  readonly advice: string
  readonly at: Position
}

/** A definition cannot be read, or does not make a table. `line` and `column` count from 1 within its text. */
export class DefinitionError extends PipelineError {
  override readonly name = 'DefinitionError'
  readonly code: DefinitionErrorCode
  /** `schema.TypeName`, where it is known. */
  readonly table: string | null
  readonly line: number
  readonly column: number
  readonly text: string
  readonly advice: string

  constructor({ code, text, problem, advice, at }: DefinitionProblem, table: string | null = null) {
    super(
      `Definition${table === null ? '' : ` of ${table}`}, line ${at.line}, column ${at.column}: ${problem}. ${advice}`,
    )
    this.code = code
    this.table = table
    this.line = at.line
    this.column = at.column
    this.text = text
    this.advice = advice
  }
}

/** The name of a schema or of a table's type cannot become a name in the database. */
export class InvalidNameError extends PipelineError {
  override readonly name = 'InvalidNameError'
  readonly code: 'invalid-name' | 'name-too-long'
  readonly text: string

  constructor(code: 'invalid-name' | 'name-too-long', text: string, problem: string, advice: string) {
    super(`\`${text}\` ${problem}. ${advice}`)
    this.code = code
    this.text = text
  }
}
