import type { AttributeType } from './attribute.ts'

/** The codec of columns that no type of definitions is like. */
export const unreadable = 'unreadable'

/**
 * The type of a column, a geometry for instance, whose values no type here says. They are refused where they are used, by
 * the column's `schema.table.attribute`, which stands for a store.
 */
export const unreadableType = (type: AttributeType, place: string): AttributeType => ({
  ...type,
  codec: { name: unreadable, store: place },
})
