import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request as send, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** How a request goes wrong. */
export type Fault =
  /** The connection is cut before anything reaches the server. */
  | 'cut-at-once'
  /** The connection is cut in the middle of what is sent. */
  | 'cut-request'
  /** The server does its work, and the connection is cut before it answers. */
  | 'answer-lost'
  /** The connection is cut in the middle of the answer. */
  | 'cut-answer'
  /** An error instead of the work. */
  | 'error-500'
  | 'error-503'
  /** The server does its work, and an error is answered. */
  | 'error-after'
  /** The answer comes late and bit by bit. */
  | 'slow'

export const faults: readonly Fault[] = [
  'cut-at-once',
  'cut-request',
  'answer-lost',
  'cut-answer',
  'error-500',
  'error-503',
  'error-after',
  'slow',
]

/** Which fault a request meets, if any. */
export type Chooser = (request: { readonly method: string; readonly url: string }) => Fault | null

export interface FaultProxy extends AsyncDisposable {
  readonly endpoint: string
  /** How often each fault was met. */
  readonly met: ReadonlyMap<Fault, number>
  choose: Chooser
}

/** Stands between a client and a server that speak HTTP, and does to requests what networks and busy servers do. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(target)
  const agent = new Agent({ keepAlive: true })
  const met = new Map<Fault, number>()
  const proxy = createServer((request, response) => {
    request.on('error', () => {})
    response.on('error', () => {})
    const { method = '', url = '' } = request
    const fault = result.choose({ method, url })
    if (fault !== null) met.set(fault, (met.get(fault) ?? 0) + 1)
    forward(request, response, { hostname, port, agent, fault }).catch(() => request.socket.destroy())
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  // it listens on a port, so its address has one
  const address = proxy.address() as AddressInfo
  const result: FaultProxy = {
    endpoint: `http://127.0.0.1:${address.port}`,
    met,
    choose: () => null,
    async [Symbol.asyncDispose]() {
      agent.destroy()
      proxy.closeAllConnections()
      proxy.close()
      await once(proxy, 'close')
    },
  }
  return result
}

interface Way {
  readonly hostname: string
  readonly port: string
  readonly agent: Agent
  readonly fault: Fault | null
}

async function forward(request: IncomingMessage, response: ServerResponse, way: Way): Promise<void> {
  const { fault } = way
  if (fault === 'cut-at-once') return void request.socket.destroy()
  // the whole body is here before the server has any of it
  const body = await bodyOf(request)
  if (fault === 'error-500') return answerError(response, 500, 'InternalError')
  if (fault === 'error-503') return answerError(response, 503, 'SlowDown')
  const { hostname, port, agent } = way
  // the name of the host is signed
  const { method, url: path, headers } = request
  const isCut = fault === 'cut-request' && body.length > 0
  const onwards = send({ hostname, port, agent: isCut ? new Agent() : agent, method, path, headers })
  onwards.on('error', () => request.socket.destroy())
  if (isCut) {
    onwards.write(body.subarray(0, Math.ceil(body.length / 2)), () => {
      onwards.destroy()
      request.socket.destroy()
    })
    return
  }
  onwards.end(body)
  const [answer] = await once(onwards, 'response')
  if (!isMessage(answer)) throw new TypeError('an answer is a message')
  const content = await bodyOf(answer)
  if (fault === 'answer-lost' || fault === 'cut-request') return void request.socket.destroy()
  if (fault === 'error-after') return answerError(response, 500, 'InternalError')
  const { statusCode = 500, headers: answered } = answer
  if (fault === 'slow') await delay(60)
  // of an answer without a body, its head is all that can be cut
  if (fault === 'cut-answer' && content.length === 0) return void request.socket.destroy()
  response.writeHead(statusCode, answered)
  if (fault === 'cut-answer') {
    response.write(content.subarray(0, Math.floor(content.length / 2)), () => request.socket.destroy())
    return
  }
  if (fault === 'slow') {
    response.write(content.subarray(0, Math.floor(content.length / 2)))
    await delay(60)
    response.end(content.subarray(Math.floor(content.length / 2)))
  } else response.end(content)
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of message) pieces.push(piece)
  return Buffer.concat(pieces)
}

const isMessage = (value: unknown): value is IncomingMessage =>
  typeof value === 'object' && value !== null && 'statusCode' in value

function answerError(response: ServerResponse, status: number, code: string): void {
  const text = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>injected</Message></Error>`
  response.writeHead(status, { 'content-type': 'application/xml', 'content-length': text.length })
  response.end(text)
}
