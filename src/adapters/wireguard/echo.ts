import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { TunnelEcho } from '../../core/ports/tunnels.ts'

/** Longest question that is answered, bytes: nobody can have more sent than they send. */
const longest = 64

/** How often a question is asked anew while its answer is waited for, ms. */
const again = 250

/** Answers each small packet that comes to this address with itself. */
export async function openEcho(address: string): Promise<TunnelEcho> {
  const socket = createSocket('udp4')
  socket.on('message', (message, { address: host, port }) => {
    // who asked may be gone again
    if (message.length <= longest) socket.send(message, port, host, () => undefined)
  })
  socket.bind(0, address)
  await once(socket, 'listening')
  socket.on('error', () => undefined)
  return { address, port: socket.address().port, close: () => socket.close() }
}

/** Whether what is asked there comes back within this time. Never throws. */
export function askEcho(from: string, to: { address: string; port: number }, timeoutMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = createSocket('udp4')
  const question = randomBytes(16)
  const ask = () => socket.send(question, to.port, to.address, () => undefined)
  const asking = setInterval(ask, again)
  const patience = setTimeout(() => resolve(false), timeoutMs)
  socket.on('error', () => resolve(false))
  socket.on('message', (answer, { address }) => {
    if (address === to.address && answer.equals(question)) resolve(true)
  })
  socket.bind(0, from, ask)
  return promise.finally(() => {
    clearInterval(asking)
    clearTimeout(patience)
    socket.close()
  })
}

/** A UDP port nobody listens on: this one, or the next that is free. */
export async function freePort(from: number): Promise<number> {
  for (let port = from; port < from + 100; port++) if (await isFree(port)) return port
  return 0
}

async function isFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4')
  try {
    socket.bind({ port, exclusive: true })
    await once(socket, 'listening')
    return true
  } catch {
    return false
  } finally {
    socket.close()
  }
}
