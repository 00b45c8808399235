/** Work under a key that is being done already is joined, not started a second time. */
export type SingleFlight<T> = (key: string, work: () => Promise<T>) => Promise<T>

export function createSingleFlight<T>(): SingleFlight<T> {
  const flying = new Map<string, Promise<T>>()
  return (key, work) => {
    const joined = flying.get(key)
    if (joined) return joined
    const flight = work().finally(() => flying.delete(key))
    flying.set(key, flight)
    return flight
  }
}
