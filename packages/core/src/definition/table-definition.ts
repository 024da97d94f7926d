import type { AttributeType, Default } from '../attribute/attribute.ts'

/** Where a line stands in a definition: both count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

export interface AttributeLine {
  readonly kind: 'attribute'
  readonly name: string
  readonly type: AttributeType
  readonly default: Default
  readonly comment: string
  readonly inKey: boolean
  readonly at: Position
}

export interface ReferenceLine {
  readonly kind: 'reference'
  /** `Session`, or `ProbeType.Electrode` for a part. */
  readonly target: string
  /** New name to old name, in the order written. */
  readonly renames: readonly (readonly [renamed: string, original: string])[]
  readonly nullable: boolean
  readonly unique: boolean
  readonly inKey: boolean
  readonly at: Position
}

export interface IndexLine {
  readonly kind: 'index'
  readonly unique: boolean
  /** As in `Index`. */
  readonly attributes: readonly string[]
  readonly at: Position
}

/** What a definition says, before its references are resolved. */
export interface TableDefinition {
  readonly comment: string
  readonly lines: readonly (AttributeLine | ReferenceLine | IndexLine)[]
}
