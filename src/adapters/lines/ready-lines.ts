import { mkdirSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'
import type { ReadyLines } from '../../core/ports/machines.ts'

/** How many are held ready for each machine: a command needs one or two, and another is opened as one is taken. */
const held = 2

/** How long to wait before one that was closed at the other end is opened again, ms. */
const pause = 5000

/** Lines held ready in this process, one listener for each machine. */
export function createReadyLines(): ReadyLines {
  const offers = new Map<string, Offer>()
  return {
    async offer(here, there) {
      if (!offers.has(here)) offers.set(here, await openOffer(here, there))
      offers.get(here)?.fill()
    },
    withdraw(here) {
      offers.get(here)?.close()
      offers.delete(here)
    },
  }
}

interface Offer {
  /** Opens as many lines as are to be held. */
  fill(): void
  close(): void
}

async function openOffer(here: string, there: string): Promise<Offer> {
  const lines = new Set<Socket>()
  let later: NodeJS.Timeout | undefined
  let closed = false
  const fill = () => {
    clearTimeout(later)
    if (closed) return
    for (let missing = held - lines.size; missing > 0; missing--) lines.add(openLine(there, lost))
  }
  const lost = (line: Socket) => {
    if (!lines.delete(line) || closed) return
    clearTimeout(later)
    later = setTimeout(fill, pause).unref()
  }
  const take = () => {
    const [line] = lines
    if (line) lines.delete(line)
    fill()
    return line ?? openLine(there, () => undefined)
  }
  const server = createServer((caller) => splice(caller, take()))
  await listen(server, here)
  return {
    fill,
    close() {
      closed = true
      clearTimeout(later)
      server.close()
      for (const line of lines) line.destroy()
    },
  }
}

/** A line that nobody speaks on yet; ssh has its channel opened meanwhile. */
function openLine(there: string, onLost: (line: Socket) => void): Socket {
  const line = connect(there)
  line.on('error', () => undefined)
  // an end is not seen before something reads; nothing comes on a line nobody has asked anything on
  line.once('end', () => line.destroy()).once('close', () => onLost(line))
  return line.resume()
}

/** Has two sockets be one; what breaks on one side ends the other. */
function splice(caller: Socket, line: Socket): void {
  caller.on('error', () => undefined)
  caller.once('close', () => line.destroy())
  line.once('close', () => caller.destroy())
  if (line.destroyed) caller.destroy()
  caller.pipe(line)
  line.pipe(caller)
}

/** Listens where only this user comes in: the directory is 0700, the socket 0600. */
async function listen(server: Server, here: string): Promise<void> {
  mkdirSync(dirname(here), { recursive: true, mode: 0o700 })
  rmSync(here, { force: true })
  const before = process.umask(0o177)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject).listen(here, resolve)
  await promise.finally(() => process.umask(before))
}
