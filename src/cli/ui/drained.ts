/** Resolves when a stream has room again. One that was closed ends the process on its own (main.ts). */
export function drained(stream: NodeJS.WriteStream): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  stream.once('drain', resolve)
  return promise
}
