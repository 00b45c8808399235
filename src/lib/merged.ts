/** Several streams as one. */
export interface Merged<T> {
  /** What comes, whatever stream it comes from; each in its own order. Ends when all have, throws what `fail` was given. */
  values: AsyncIterable<T>
  /** One more; it is read no faster than `values` is. Resolves when it ended, rejects as it does. */
  add(stream: AsyncIterable<T>): Promise<void>
  /** Keeps `values` from ending while no stream is there, until called. */
  hold(): () => void
  fail: (error: unknown) => void
}

/** What is offered and not taken yet, and who may still offer. */
interface State<T> {
  waiting: { value: T; taken: () => void }[]
  open: number
  failure: { error: unknown } | undefined
  wake: () => void
}

/** One with no stream yet. */
export function mergeStreams<T>(): Merged<T> {
  const state: State<T> = { waiting: [], open: 0, failure: undefined, wake: () => undefined }
  return {
    values: { [Symbol.asyncIterator]: () => take(state) },
    hold: () => hold(state),
    async add(stream) {
      const release = hold(state)
      try {
        for await (const value of stream) await offer(state, value)
      } finally {
        release()
      }
    },
    fail(error) {
      state.failure ??= { error }
      state.wake()
    },
  }
}

function hold<T>(state: State<T>): () => void {
  state.open++
  let held = true
  return () => {
    if (held) state.open--
    held = false
    state.wake()
  }
}

/** Resolves when it was taken. */
async function offer<T>(state: State<T>, value: T): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  state.waiting.push({ value, taken: resolve })
  state.wake()
  await promise
}

async function* take<T>(state: State<T>): AsyncGenerator<T> {
  for (;;) {
    if (state.failure) throw state.failure.error
    const next = state.waiting.shift()
    if (next) {
      next.taken()
      yield next.value
    } else if (state.open === 0) return
    else await more(state)
  }
}

/** Resolves when there may be something new. */
async function more(state: State<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  state.wake = resolve
  await promise
}
