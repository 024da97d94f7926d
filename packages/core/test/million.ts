import { defineSchema } from '../src/index.ts'

/** Two tables of a thousand rows each, whose join has a million. */
export function millionSchema(prefix: string) {
  const schema = defineSchema(`${prefix}million`)
  return {
    schema,
    Left: schema.manual('Left', {}, 'left : int32\n---\nnote : varchar(40)'),
    Right: schema.manual('Right', {}, 'right : int32'),
  }
}
