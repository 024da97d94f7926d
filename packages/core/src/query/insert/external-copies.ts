import type { Attribute } from '../../attribute/attribute.ts'
import { copyExternal } from '../../codec/external-codec.ts'
import type { External } from '../../codec/external.ts'
import type { Connection } from '../../connection/connection.ts'
import type { RelationNode } from '../../relation/node.ts'
import { transferAll } from '../../store/transfers.ts'
import type { Context } from '../context.ts'
import { externalIn, readExternalsOf } from '../external-rows.ts'

/** The objects of DataJoint 0.14 that another schema needs too when it gets rows that refer to them. */
export class ExternalCopies {
  readonly #stores: Context['stores']
  readonly #attributes: readonly Attribute[]
  readonly #node: RelationNode
  readonly #signal: AbortSignal | undefined
  readonly #copied = new Map<string, External>()

  constructor(
    { stores }: Pick<Context, 'stores'>,
    attributes: readonly Attribute[],
    node: RelationNode,
    signal: AbortSignal | undefined,
  ) {
    this.#stores = stores
    this.#attributes = externalIn(attributes)
    this.#node = node
    this.#signal = signal
  }

  /** Copies what is not copied yet, and gives all that the other schema is to list. */
  async copy(connection: Connection): Promise<readonly External[]> {
    const needed = await Promise.all(this.#attributes.map((attribute) => this.#copyOf(attribute, connection)))
    return needed.flat()
  }

  async #copyOf({ name, type }: Attribute, connection: Connection): Promise<readonly External[]> {
    const from = this.#node.heading.find((attribute) => attribute.name === name)
    const schema = type.codec?.schema ?? ''
    if (!from || from.type.codec?.schema === schema) return []
    const signal = this.#signal
    const externals = await readExternalsOf(connection, from, this.#node, signal)
    return transferAll(
      externals,
      async (external, stop) => {
        const key = `${name} ${Buffer.from(external.hash).toString('hex')}`
        const copied =
          this.#copied.get(key) ??
          (await copyExternal(this.#stores.get(external.store), external, schema, { signal: stop }))
        this.#copied.set(key, copied)
        return copied
      },
      { signal },
    )
  }
}
