import type { Connection } from 'mysql2'
import { BATCH_BYTES, type RawRow, rowBytes } from '../../driver/driver.ts'

/** How many batches wait for the reader before the socket is left alone, and the server with it. */
const BATCHES_AHEAD = 2

interface BoundStatement {
  readonly sql: string
  readonly parameters: (null | bigint | number | string | Buffer)[]
}

/** The rows of one SELECT as the server sends them, which it does as fast as they are taken. */
export class RowStream {
  readonly #connection: Connection
  readonly #batchRows: number
  #ready: RawRow[][] = []
  #batch: RawRow[] = []
  #bytes = 0
  #discarding = false
  #state: { readonly over: boolean; readonly error: unknown } = { over: false, error: null }
  #wake: () => void = () => {}
  /** Settles when the server has sent all that it will. */
  readonly over: Promise<void>
  /** Ends it with an error that the driver does not tell. */
  readonly fail: (error: unknown) => void

  constructor(connection: Connection, { sql, parameters }: BoundStatement, batchRows: number) {
    this.#connection = connection
    this.#batchRows = batchRows
    const { promise, resolve } = Promise.withResolvers<void>()
    this.over = promise
    this.fail = (error) => {
      if (this.#state.over) return
      this.#state = { over: true, error }
      connection.off('error', this.fail)
      this.#wake()
      resolve()
    }
    // to a command without a callback a broken connection is told beside it
    connection.on('error', this.fail)
    const command = connection.execute(sql, parameters)
    command.on('result', (row: unknown) => {
      // rows are arrays by the connection's options, which the driver's types do not follow
      this.#add(row as RawRow)
    })
    let failure: unknown = null
    command.on('error', (error: unknown) => (failure = error))
    command.on('end', () => this.fail(failure))
  }

  /** The next rows; `null` after the last. */
  async next(): Promise<readonly RawRow[] | null> {
    for (;;) {
      const batch = this.#ready.shift()
      if (batch !== undefined) {
        if (this.#ready.length < BATCHES_AHEAD && !this.#state.over) this.#connection.resume()
        return batch
      }
      if (this.#state.over) {
        if (this.#state.error !== null) throw this.#state.error
        const rest = this.#batch
        this.#batch = []
        return rest.length > 0 ? rest : null
      }
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
  }

  /** Takes no more rows: what comes is thrown away. */
  discard(): void {
    this.#discarding = true
    this.#ready = []
    this.#batch = []
    if (!this.#state.over) this.#connection.pause()
  }

  /** Lets come what the server has sent already. */
  drain(): void {
    this.#connection.resume()
  }

  get ended(): boolean {
    return this.#state.over
  }

  #add(row: RawRow): void {
    if (this.#discarding) return
    this.#batch.push(row)
    this.#bytes += rowBytes(row)
    if (this.#batch.length < this.#batchRows && this.#bytes < BATCH_BYTES) return
    this.#ready.push(this.#batch)
    this.#batch = []
    this.#bytes = 0
    if (this.#ready.length >= BATCHES_AHEAD) this.#connection.pause()
    this.#wake()
  }
}
