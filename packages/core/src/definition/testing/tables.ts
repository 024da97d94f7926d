import { readable } from './corpus.ts'
import type { Referable } from '../reference.ts'
import { resolveDefinition } from '../resolve-definition.ts'
import type { TableDeclaration } from '../table-declaration.ts'
import type { Tier } from '../tier.ts'

/** Declares a table of the schema `lab`. */
export const declare = (
  name: string,
  definition: string,
  references: Readonly<Record<string, Referable>> = {},
  tier: Tier = 'manual',
  master?: Referable,
): TableDeclaration => resolveDefinition({ schema: 'lab', name, tier, definition, references, master })

const Subject = { declaration: declare('Subject', readable.subject) }
const Session = { declaration: declare('Session', readable.session, { Subject }) }
const probeType = { declaration: declare('ProbeType', readable.probeType, {}, 'lookup') }
const Electrode = { declaration: declare('Electrode', readable.electrode, {}, 'part', probeType) }
const ProbeType = { ...probeType, Electrode }
const Setup = { declaration: declare('Setup', readable.setup) }

/** The tables of the corpus, by the names that its definitions have for them. */
export const references = { Subject, Session, ProbeType, Setup }
