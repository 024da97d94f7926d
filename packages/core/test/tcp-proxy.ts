import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** When to cut a connection, by what is seen on it. */
export interface CutWhen {
  /** What is looked for in what the client sends. */
  readonly bytes: string | Uint8Array
  /**
   * `before`: the bytes never reach the server. `answer`: they do, and what the server answers never reaches the client.
   * `silence`: neither they nor anything else comes through any more, of which nobody is told.
   */
  readonly at: 'before' | 'answer' | 'silence'
  /** How many connections are cut in this way; one where this is left out. */
  readonly times?: number
}

/** Stands between a client and a server, and breaks their connections when it is told to. */
export interface TcpProxy extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  /** How many connections are open. */
  readonly open: number
  /** How many have been made, and how many of them were cut. */
  readonly made: number
  readonly cuts: number
  /** Cuts all that are open, as a network does: neither side says goodbye. New ones come through. */
  cut(): void
  /** Takes no new connections (they are refused) until `accept`. */
  refuse(): Promise<void>
  accept(): Promise<void>
  /** Cuts a connection when these bytes are seen on it; the promise is fulfilled when that has happened. */
  cutWhen(when: CutWhen): Promise<void>
  /** What comes from now on is held back for so long, in either direction; 0 again for none. */
  delay(milliseconds: number): void
  close(): Promise<void>
}

interface Armed {
  readonly bytes: Buffer
  readonly at: CutWhen['at']
  left: number
  readonly done: () => void
}

/** Starts a proxy on a free port, in front of a server. */
export async function startTcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const pairs = new Set<readonly [client: Socket, server: Socket]>()
  const silent = new WeakSet<readonly [Socket, Socket]>()
  let armed: Armed[] = []
  let wait = 0
  let made = 0
  let cuts = 0

  const cutPair = (pair: readonly [Socket, Socket]): void => {
    if (!pairs.delete(pair)) return
    cuts += 1
    for (const socket of pair) socket.resetAndDestroy()
  }

  const serve = (client: Socket): void => {
    made += 1
    const server = connect(target.port, target.host)
    const pair = [client, server] as const
    pairs.add(pair)
    let tail: Buffer = Buffer.alloc(0)
    let answerCut = false
    const pass = (to: Socket, bytes: Buffer): void => {
      const write = (): void => void (to.destroyed || silent.has(pair) || to.write(bytes))
      if (wait > 0) setTimeout(write, wait)
      else write()
    }
    client.on('data', (bytes: Buffer) => {
      const seen = Buffer.concat([tail, bytes])
      const hit = armed.find((one) => seen.includes(one.bytes))
      const longest = Math.max(0, ...armed.map((one) => one.bytes.length - 1))
      tail = longest === 0 ? Buffer.alloc(0) : seen.subarray(-longest)
      if (hit) {
        hit.left -= 1
        if (hit.left === 0) armed = armed.filter((one) => one !== hit)
        const { done } = hit
        if (hit.at === 'silence') {
          silent.add(pair)
          done()
          return
        }
        if (hit.at === 'before') {
          cutPair(pair)
          done()
          return
        }
        answerCut = true
        server.once('data', done)
      }
      pass(server, bytes)
    })
    server.on('data', (bytes: Buffer) => {
      if (answerCut) cutPair(pair)
      else pass(client, bytes)
    })
    for (const [from, to] of [pair, pair.toReversed()] as readonly (readonly [Socket, Socket])[]) {
      from.setNoDelay(true)
      from.on('error', () => to.destroy())
      from.on('end', () => to.end())
      from.on('close', () => {
        pairs.delete(pair)
        to.destroy()
      })
    }
  }

  const listener = createServer({ allowHalfOpen: true }, serve)
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      listener.once('error', reject)
      listener.listen(port, '127.0.0.1', () => {
        listener.off('error', reject)
        resolve()
      })
    })
  const stopListening = (): Promise<void> =>
    new Promise((resolve) => {
      if (!listener.listening) return resolve()
      // it calls back when its connections have ended too, which are for others to end
      listener.close()
      setImmediate(resolve)
    })
  await listen(0)
  // it listens on a port, so its address has one
  const { port } = listener.address() as AddressInfo
  const cut = (): void => {
    for (const pair of pairs) cutPair(pair)
  }
  const close = async (): Promise<void> => {
    await stopListening()
    cut()
  }
  return {
    host: '127.0.0.1',
    port,
    get open() {
      return pairs.size
    },
    get made() {
      return made
    },
    get cuts() {
      return cuts
    },
    cut,
    refuse: stopListening,
    accept: () => listen(port),
    cutWhen: ({ bytes, at, times = 1 }) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      armed.push({ bytes: Buffer.from(bytes), at, left: times, done: resolve })
      return promise
    },
    delay: (milliseconds) => {
      wait = milliseconds
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
