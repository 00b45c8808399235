import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'
import type { ListenAddress } from '../../core/ports/names.ts'
import { endOfQuestion } from './respond.ts'

/** Milliseconds one name server gets; two of them fit into the 5 s after which glibc asks the next. */
const TIMEOUT_MS = 2000
const MOST_IN_FLIGHT = 512

/** Asks other name servers what this one does not know. */
export interface Forwarder {
  /** The whole answer, under the id of the question; undefined when no server gave one in time. */
  forward(packet: Buffer, transport: 'udp' | 'tcp'): Promise<Buffer | undefined>
}

/**
 * Asks the servers in their order until one gives an answer that is neither SERVFAIL nor REFUSED. The same question asked
 * again while one is on its way waits for that one; so a server that sends our questions back to us makes no storm of them.
 */
export function createForwarder(servers: () => readonly ListenAddress[], timeoutMs = TIMEOUT_MS): Forwarder {
  const inFlight = new Map<string, Promise<Buffer | undefined>>()

  const ask = async (packet: Buffer, transport: 'udp' | 'tcp'): Promise<Buffer | undefined> => {
    let refusal: Buffer | undefined
    for (const server of servers()) {
      const reply = await (transport === 'udp' ? askUdp : askTcp)(packet, server, timeoutMs)
      if (reply !== undefined && !isRefusal(reply)) return reply
      refusal ??= reply
    }
    return refusal
  }

  return {
    async forward(packet, transport) {
      const key = `${transport}:${packet.toString('latin1', 2)}`
      let reply = inFlight.get(key)
      if (reply === undefined) {
        if (inFlight.size >= MOST_IN_FLIGHT) return undefined
        reply = ask(packet, transport).finally(() => inFlight.delete(key))
        inFlight.set(key, reply)
      }
      const answer = await reply
      return answer && withId(answer, packet.readUInt16BE(0))
    },
  }
}

/** A socket of its own for each question: a fresh port and id make a forged answer a guess among four billion. */
function askUdp(packet: Buffer, server: ListenAddress, timeoutMs: number): Promise<Buffer | undefined> {
  const question = withId(packet, randomInt(65_536))
  const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4')
  return new Promise((resolve) => {
    const end = (reply?: Buffer) => {
      clearTimeout(timer)
      socket.close()
      resolve(reply)
    }
    const timer = setTimeout(end, timeoutMs)
    socket.once('error', () => end()) // unreachable or refused: the next server is asked
    socket.on('message', (reply) => {
      if (answers(reply, question)) end(reply)
    })
    socket.connect(server.port, server.address, () => socket.send(question))
  })
}

function askTcp(packet: Buffer, server: ListenAddress, timeoutMs: number): Promise<Buffer | undefined> {
  const question = withId(packet, randomInt(65_536))
  const length = Buffer.alloc(2)
  length.writeUInt16BE(question.length)
  const socket = connect({ host: server.address, port: server.port })
  return new Promise((resolve) => {
    let read: Buffer = Buffer.alloc(0)
    const end = (reply?: Buffer) => {
      socket.destroy()
      resolve(reply)
    }
    const timer = setTimeout(end, timeoutMs)
    socket.once('close', () => {
      clearTimeout(timer)
      resolve(undefined)
    })
    socket.on('error', () => end()) // unreachable or refused: the next server is asked
    socket.on('data', (chunk: Buffer) => {
      read = Buffer.concat([read, chunk])
      if (read.length < 2 || read.length < 2 + read.readUInt16BE(0)) return
      const reply = read.subarray(2, 2 + read.readUInt16BE(0))
      end(answers(reply, question) ? reply : undefined)
    })
    socket.write(Buffer.concat([length, question]))
  })
}

/** A response to this very question. A server that could not read it may leave it out. */
function answers(reply: Buffer, question: Buffer): boolean {
  if (reply.length < 12 || (reply[2] ?? 0) < 0x80) return false
  if (reply.readUInt16BE(0) !== question.readUInt16BE(0)) return false
  const end = endOfQuestion(question)
  const same = (packet: Buffer) => packet.toString('latin1', 12, end).toLowerCase()
  return reply.readUInt16BE(4) === 0 || same(reply) === same(question)
}

function isRefusal(reply: Buffer): boolean {
  const rcode = (reply[3] ?? 0) & 15
  return rcode === 2 || rcode === 5
}

function withId(packet: Buffer, id: number): Buffer {
  const copy = Buffer.from(packet)
  copy.writeUInt16BE(id, 0)
  return copy
}
