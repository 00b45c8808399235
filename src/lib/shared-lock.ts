/** Work on the same key that may go on side by side, or has to be alone. */
export interface SharedLock {
  /** Runs beside other shared work of the key, never beside work that is alone. */
  shared<T>(key: string, work: () => Promise<T>): Promise<T>
  /** Runs when all work of the key that came before has ended; what comes later waits. */
  alone<T>(key: string, work: () => Promise<T>): Promise<T>
}

interface Queue {
  /** Ends when all work that has to be alone has. */
  alone: Promise<unknown>
  /** Shared work since then. */
  shared: Set<Promise<unknown>>
}

/** A fresh lock; first come, first served. */
export function createSharedLock(): SharedLock {
  const queues = new Map<string, Queue>()
  const queueOf = (key: string) => {
    const found = queues.get(key) ?? { alone: Promise.resolve(), shared: new Set() }
    queues.set(key, found)
    return found
  }
  return {
    shared(key, work) {
      const queue = queueOf(key)
      const { shared } = queue
      const running = queue.alone.then(work)
      const ended = running.then(ignore, ignore).then(() => void shared.delete(ended))
      shared.add(ended)
      return running
    },
    alone(key, work) {
      const queue = queueOf(key)
      const running = Promise.all([queue.alone, ...queue.shared]).then(work)
      queue.alone = running.then(ignore, ignore)
      queue.shared = new Set()
      return running
    },
  }
}

const ignore = () => undefined
