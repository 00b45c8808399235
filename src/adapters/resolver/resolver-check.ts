import { lookup } from 'node:dns/promises'
import { checkName } from '../../core/names/zone.ts'
import type { ResolverCheck } from '../../core/ports.ts'

/** How long the machine's resolver may take, ms: one that does not know the suffix may ask the whole internet first. */
const patience = 400

/** Asks the machine's resolver for a name that only Berth's own server knows. */
export function createResolverCheck(suffix: string): ResolverCheck {
  return {
    async works() {
      const { promise: late, resolve } = Promise.withResolvers<false>()
      const timer = setTimeout(() => resolve(false), patience)
      try {
        return await Promise.race([knows(checkName(suffix)), late])
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

async function knows(name: string): Promise<boolean> {
  try {
    const { address } = await lookup(name, { family: 4 })
    return address === '127.0.0.1'
  } catch {
    return false // not found is the answer asked for
  }
}
