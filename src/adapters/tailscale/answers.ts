import { connect } from 'node:net'

/** Whether somebody is there: one that refuses the connection is. */
export function answers(address: string, port: number, timeoutMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ host: address, port })
  const end = (isThere: boolean) => {
    socket.destroy()
    resolve(isThere)
  }
  socket.setTimeout(timeoutMs, () => end(false))
  socket.once('connect', () => end(true))
  socket.once('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED'))
  return promise
}
