import type { Attribute, Heading } from '../attribute/attribute.ts'
import { UnknownAttributeError } from './errors.ts'

/** The attribute of that name; refuses an unknown one with the names at hand. */
export function requireAttribute(heading: Heading, name: string): Attribute {
  const attribute = heading.find((candidate) => candidate.name === name)
  if (!attribute) throw new UnknownAttributeError(name, namesOf(heading))
  return attribute
}

export const primaryKey = (heading: Heading): Heading => heading.filter(({ inKey }) => inKey)

export const namesOf = (heading: Heading): readonly string[] => heading.map(({ name }) => name)
