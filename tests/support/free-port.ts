import { createServer } from 'node:net'

/**
 * Below the ports that systems give to outgoing connections and to whoever asks for any: one of those may be somebody else's by the time
 * it is listened on. Test files that run side by side have a part each.
 */
const [lowest, partSize, parts] = [20_000, 1000, 12] as const
const first = lowest + (Number(process.env['VITEST_POOL_ID'] ?? process.pid) % parts) * partSize

// counts on from anywhere: a file that was given the part of one that has just ended does not begin with its ports
let next = Math.floor(Math.random() * partSize)

/** A TCP port that nobody has just now, and that nobody else of this run is given. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < partSize; tries++) {
    const port = first + (next++ % partSize)
    if (await isFree(port)) return port
  }
  throw new Error(`no port is free from ${first} to ${first + partSize - 1}`)
}

/** On every address of this machine: a test may listen on more than loopback. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const { promise, resolve } = Promise.withResolvers<boolean>()
  server.once('error', () => resolve(false)).listen(port, '0.0.0.0', () => resolve(true))
  const free = await promise
  if (free) await new Promise((done) => server.close(done))
  return free
}
