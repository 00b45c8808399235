import { connect } from 'node:net'

/** A client of a NATS server: asks, and reads the one answer. */
export interface NatsClient {
  /** Publishes to a subject and resolves to what is answered. Rejects once the connection has ended. */
  ask<T>(subject: string, payload?: unknown): Promise<T>
  close(): void
}

/** Speaks just enough of the protocol (docs.nats.io, NATS client protocol) for JetStream's API, whose answers are JSON. */
export async function openNats(host: string, password: string): Promise<NatsClient> {
  const socket = connect({ host, port: 4222 })
  const waiting = new Map<string, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>()
  const ready = Promise.withResolvers<void>()
  let received: Buffer = Buffer.alloc(0)
  let asked = 0
  const hear = (line: string, rest: Buffer): Buffer | null => {
    const [verb, subject = '', , ...more] = line.split(' ')
    if (verb === 'PONG') ready.resolve()
    if (verb === '-ERR') socket.destroy(new Error(line))
    if (verb !== 'MSG') return rest
    const bytes = Number(more.at(-1))
    if (rest.length < bytes + 2) return null
    waiting.get(subject)?.resolve(JSON.parse(rest.toString('utf8', 0, bytes)))
    waiting.delete(subject)
    return rest.subarray(bytes + 2)
  }
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    for (let end = received.indexOf('\r\n'); end >= 0; end = received.indexOf('\r\n')) {
      const rest = hear(received.toString('utf8', 0, end), received.subarray(end + 2))
      if (rest === null) return
      received = rest
    }
  })
  socket.on('error', (error) => ready.reject(error))
  // what nobody answers is not waited for without end: a server without JetStream says nothing at all
  socket.setTimeout(10_000, () => socket.destroy())
  socket.on('close', () => {
    const error = new Error('the NATS server has closed the connection')
    ready.reject(error)
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  })
  const options = JSON.stringify({ verbose: false, pedantic: false, user: 'app', pass: password })
  socket.write(`CONNECT ${options}\r\nSUB answers.* 1\r\nPING\r\n`)
  await ready.promise
  return {
    ask<T>(subject: string, payload: unknown = {}) {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      const inbox = `answers.${++asked}`
      const text = JSON.stringify(payload)
      if (socket.destroyed) reject(new Error('the connection has ended'))
      else waiting.set(inbox, { resolve, reject })
      socket.write(`PUB ${subject} ${inbox} ${Buffer.byteLength(text)}\r\n${text}\r\n`)
      return promise as Promise<T>
    },
    close: () => socket.destroy(),
  }
}
