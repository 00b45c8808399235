import { createHash } from 'node:crypto'

/**
 * A loopback address for each key, the same each time where nobody else has it: from 127.64.0.0/10, away from those other
 * programs take. `taken` are the addresses given out before, by key; new ones are added.
 */
export function loopbackFor(key: string, taken: Map<string, string>): string {
  const known = taken.get(key)
  if (known !== undefined) return known
  const used = new Set(taken.values())
  for (let attempt = 0; ; attempt += 1) {
    const digest = createHash('sha256').update(`${key}\0${attempt}`).digest()
    const [a = 0, b = 0, c = 0] = digest
    const address = `127.${64 + (a % 64)}.${b}.${1 + (c % 254)}`
    if (used.has(address)) continue
    taken.set(key, address)
    return address
  }
}
