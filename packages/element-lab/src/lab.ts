import type { Schema } from '@neurojoint/core'

/** The tables that `activate` declares. */
export type LabTables = ReturnType<typeof activate>

/** Declares labs, their people, places, protocols, sources of animals and devices. It needs nothing upstream. */
export function activate(schema: Schema) {
  const Organization = schema.manual('Organization', {}, `
    organization     : varchar(24)     # abbreviated organization name
    ---
    org_name         : varchar(255)    # full organization name
    org_address = '' : varchar(512)    # address of the organization
    org_comment = '' : varchar(1024)
  `)

  const Lab = schema.lookup('Lab', {}, `
    lab       : varchar(24)    # abbreviated lab name
    ---
    lab_name  : varchar(255)   # full lab name
    address   : varchar(255)   # physical lab address
    time_zone : varchar(64)    # UTC±X, or a name of the IANA such as Europe/Berlin
  `, {
    parts: {
      Organization: [{ Organization }, `
        -> master
        -> Organization
      `],
    },
  })

  const Location = schema.lookup('Location', { Lab }, `
    # a place inside the lab
    -> Lab
    location                  : varchar(32)
    ---
    location_description = '' : varchar(255)
  `)

  const UserRole = schema.lookup('UserRole', {}, `
    user_role : varchar(24)
  `)

  const User = schema.lookup('User', {}, `
    user                : varchar(32)
    ---
    user_email = ''     : varchar(128)
    user_cellphone = '' : varchar(32)
    user_fullname = ''  : varchar(64)
  `)

  const LabMembership = schema.lookup('LabMembership', { Lab, User, UserRole }, `
    -> Lab
    -> User
    ---
    -> [nullable] UserRole
  `)

  const ProtocolType = schema.lookup('ProtocolType', {}, `
    protocol_type : varchar(32)
  `)

  const Protocol = schema.lookup('Protocol', { ProtocolType }, `
    # a protocol approved by some institution, such as IACUC or IRB
    protocol                  : varchar(36)
    ---
    -> ProtocolType
    protocol_description = '' : varchar(255)
  `)

  const Source = schema.lookup('Source', {}, `
    # where animals, viruses and reagents come from
    source                  : varchar(32)    # abbreviated source name
    ---
    source_name             : varchar(255)
    contact_details = ''    : varchar(255)
    source_description = '' : varchar(255)
  `)

  const Device = schema.lookup('Device', {}, `
    device           : varchar(32)
    ---
    modality         : varchar(64)    # what the device records
    description = '' : varchar(256)
  `)

  return { Organization, Lab, Location, UserRole, User, LabMembership, ProtocolType, Protocol, Source, Device }
}
