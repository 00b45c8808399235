/** Work under a key that is under way already is joined, not started again; it is stopped when all who wait gave up. */
export type SharedWork<T> = (key: string, work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal) => Promise<T>

interface Flight<T> {
  result: Promise<T>
  waiting: number
  stop: AbortController
}

/** One kind of work, by key. Who gives up gets the reason of its signal; the last one only when the work has ended. */
export function createSharedWork<T>(): SharedWork<T> {
  const flights = new Map<string, Flight<T>>()

  function start(key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const stop = new AbortController()
    const flight: Flight<T> = { result: work(stop.signal), waiting: 0, stop }
    flights.set(key, flight)
    const landed = () => {
      if (flights.get(key) === flight) flights.delete(key)
    }
    flight.result.then(landed, landed)
    return flight
  }

  return async (key, work, signal) => {
    signal?.throwIfAborted()
    const flying = flights.get(key)
    const flight = flying && !flying.stop.signal.aborted ? flying : start(key, work)
    flight.waiting += 1
    return wait(flight, signal)
  }
}

async function wait<T>(flight: Flight<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return flight.result
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      flight.waiting -= 1
      const failed = () => reject(signal.reason as Error)
      if (flight.waiting > 0) return failed()
      flight.stop.abort(signal.reason)
      flight.result.then(failed, failed)
    }
    signal.addEventListener('abort', giveUp, { once: true })
    flight.result.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}
