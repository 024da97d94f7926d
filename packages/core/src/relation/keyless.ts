import { KeylessRelationError } from './errors.ts'
import type { RelationNode } from './node.ts'

/** Refuses a relation of which several rows may have the same key, where each is to be one of its own. */
export function requireKey(node: RelationNode, verb: string): void {
  if (isKeyless(node)) throw new KeylessRelationError(verb)
}

/** Whether rows come of a table that nothing tells the rows of apart; grouped by anything, they are told apart by that. */
function isKeyless(node: RelationNode): boolean {
  switch (node.kind) {
    case 'table':
      return node.keyless === true
    case 'restrict':
    case 'project':
    case 'top':
      return isKeyless(node.source)
    case 'join':
    case 'union':
      return isKeyless(node.left) || isKeyless(node.right)
    case 'aggregate':
    case 'distinct':
      return false
  }
}
