import { parseAttributeType, typeIn } from '../attribute/attribute-type.ts'
import type { Attribute, AttributeType } from '../attribute/attribute.ts'
import { AttributeTypeError } from '../attribute/errors.ts'
import { externalStoreOf } from '../attribute/legacy-type.ts'
import { unreadable } from '../attribute/unreadable-type.ts'
import { OtherGenerationError } from './other-generation-error.ts'
import type { Generation, TableDeclaration } from './table-declaration.ts'

/**
 * A declaration as a table of that generation has it: with the types that one calls and keeps otherwise.
 *
 * @throws OtherGenerationError `other-generation` where the generation has no such type, or no table without a key
 */
export function declarationIn(declaration: TableDeclaration, generation: Generation): TableDeclaration {
  if (declaration.generation === generation) return declaration
  const { name } = declaration
  const heading = declaration.heading.map((attribute): Attribute => {
    try {
      return { ...attribute, type: inGeneration(attribute.type, generation) }
    } catch (error) {
      if (!(error instanceof AttributeTypeError)) throw error
      throw new OtherGenerationError(name, attribute.name, error.problem, error.advice)
    }
  })
  if (generation === '0.14' && !heading.some(({ inKey }) => inKey)) {
    const problem = 'a table of DataJoint 0.14 has a primary key'
    throw new OtherGenerationError(name, null, problem, 'Give it an attribute above `---`.')
  }
  return { ...declaration, generation, heading }
}

/**
 * A type in a table of that generation. What is `longblob` or `blob@store` in 0.14 is `<blob>` or `<blob@store>` in 2.x.
 *
 * @throws AttributeTypeError `other-generation` where it has none
 */
export function inGeneration(type: AttributeType, generation: Generation): AttributeType {
  const { codec, text } = type
  if (codec?.name === unreadable) return type
  if (generation === '0.14' || codec === null || text.startsWith('<')) return typeIn(type, generation)
  const store = externalStoreOf(type)
  const name = codec.name.replace('external-', '')
  return parseAttributeType(store === null ? `<${name}>` : `<${name}@${store}>`, generation)
}
