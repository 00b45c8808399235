import { AppError } from '../core/errors.ts'

/** How many ports after the wanted one are tried: one for each BERTH_HOME of this machine, say. */
const tries = 20

interface Address {
  address: string
  port: number
}

/**
 * Listens at the wanted port or the first free one after it, so that two daemons of one machine get along. null when
 * none is free: the daemon is of use without.
 */
export async function listenNear(at: Address, listen: (at: Address) => Promise<Address>): Promise<Address | null> {
  for (let port = at.port; port < at.port + tries; port++) {
    try {
      return await listen({ ...at, port })
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'PORT_IN_USE') throw error
    }
  }
  return null
}
