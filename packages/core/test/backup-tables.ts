import { defineSchema } from '../src/index.ts'

/** Two tables that always have the same keys. */
export function pairSchemas(name: string) {
  const schema = defineSchema(name)
  const Left = schema.manual(
    'Left',
    {},
    `
    n : int32
    ---
    text : varchar(4000)
  `,
  )
  const Right = schema.manual(
    'Right',
    { Left },
    `
    -> Left
  `,
  )
  return { schema, Left, Right }
}
