import { type AnyTable, requireUpstream, type Schema } from '@neurojoint/core'

/** What a pipeline hands to this schema. */
export interface Upstream<
  Source extends AnyTable,
  Lab extends AnyTable,
  Protocol extends AnyTable,
  User extends AnyTable,
> {
  readonly Source: Source
  readonly Lab: Lab
  readonly Protocol: Protocol
  readonly User: User
}

/** Declares subjects with their strains, lines and genotypes, and the deaths of subjects. */
export function activate<
  Source extends AnyTable,
  Lab extends AnyTable,
  Protocol extends AnyTable,
  User extends AnyTable,
>(schema: Schema, upstream: Upstream<Source, Lab, Protocol, User>) {
  requireUpstream('subject', upstream, { tables: ['Source', 'Lab', 'Protocol', 'User'] })
  const { Source, Lab, Protocol, User } = upstream

  const Species = schema.lookup('Species', {}, `
    species : varchar(64)    # preferably the Latin name
  `)

  const Strain = schema.lookup('Strain', {}, `
    strain               : varchar(32)    # abbreviated strain name
    ---
    strain_standard_name : varchar(32)    # formal name of the strain
    strain_desc = ''     : varchar(255)
  `)

  const Allele = schema.lookup('Allele', {}, `
    allele                    : varchar(32)    # abbreviated allele name
    ---
    allele_standard_name = '' : varchar(255)   # standard name of the allele
  `, {
    parts: {
      Source: [{ Source }, `
        -> master
        ---
        -> Source
        source_identifier = ''   : varchar(255)    # id inside the line provider
        source_url = ''          : varchar(255)    # link to the line information
        expression_data_url = '' : varchar(255)    # link to the expression pattern
      `],
    },
  })

  const Line = schema.lookup('Line', {}, `
    line                  : varchar(32)      # abbreviated name of the line
    ---
    line_description = '' : varchar(2000)
    target_phenotype = '' : varchar(255)
    is_active             : bool             # whether it is bred now
  `, {
    parts: {
      Allele: [{ Allele }, `
        -> master
        -> Allele
      `],
    },
  })

  const Subject = schema.manual('Subject', {}, `
    subject                  : varchar(32)
    ---
    subject_nickname = ''    : varchar(64)
    sex                      : enum('M', 'F', 'U')
    subject_birth_date       : date
    subject_description = '' : varchar(1024)
  `, {
    parts: {
      Protocol: [{ Protocol }, `
        -> master
        -> Protocol
      `],
      User: [{ User }, `
        -> master
        -> User
      `],
      Species: [{ Species }, `
        -> master
        ---
        -> Species
      `],
      Line: [{ Line }, `
        -> master
        ---
        -> Line
      `],
      Strain: [{ Strain }, `
        -> master
        ---
        -> Strain
      `],
      Source: [{ Source }, `
        -> master
        ---
        -> Source
      `],
      Lab: [{ Lab }, `
        -> master
        -> Lab
        ---
        subject_alias = '' : varchar(32)    # name of the subject in that lab
      `],
    },
  })

  const SubjectDeath = schema.manual('SubjectDeath', { Subject }, `
    -> Subject
    ---
    death_date : date
  `)

  const SubjectCull = schema.manual('SubjectCull', { SubjectDeath }, `
    -> SubjectDeath
    ---
    cull_method = '' : varchar(255)
    cull_reason = '' : varchar(255)
    cull_notes = ''  : varchar(1000)
  `)

  const Zygosity = schema.manual('Zygosity', { Subject, Allele }, `
    -> Subject
    -> Allele
    ---
    zygosity : enum('Present', 'Absent', 'Homozygous', 'Heterozygous')
  `)

  return { Species, Strain, Allele, Line, Subject, SubjectDeath, SubjectCull, Zygosity }
}
