import type { Connection, DatabaseSettings } from '../../connection/connection.ts'

/** What a dialect's own test file gives to the kit. */
export interface DialectUnderTest {
  readonly name: string
  /** Types that the database cannot hold, which it refuses by name. */
  readonly lacks?: readonly string[]
  /** A character that definitions cannot have there, which it refuses by name; none where this is left out. */
  readonly lacksCharacter?: string
  /** A connection with a database in which the schemas that `schema` names do not exist yet. */
  open(): Promise<OpenDatabase>
}

export interface OpenDatabase {
  readonly connection: Connection
  /** To connect once more, also from another process. */
  readonly settings: DatabaseSettings
  /** The name of a schema that no other test uses. */
  schema(name: string): string
  /** Closes the connection and removes what was made. */
  close(): Promise<void>
}
