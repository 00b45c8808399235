import { join } from 'node:path'
import { systemClock } from '../adapters/clock/system-clock.ts'
import { readTokenFile } from '../adapters/hetzner/token.ts'
import { AppError } from '../core/errors.ts'
import type { HomePaths } from '../core/home/paths.ts'
import type { Settings } from '../core/settings/model.ts'
import { createActivity } from './activity.ts'

/** How much this machine is used, and who rents out machines, asked with the token of who asks, of the environment, or the one that is kept. */
export function openProviders({ hetzner }: Settings, { home }: HomePaths) {
  const kept = () => readTokenFile(join(home, 'hetzner.token'))
  return {
    activity: createActivity(systemClock),
    keepsProviderToken: async () => (await kept()) !== undefined,
    async provider(given: string | undefined) {
      const token = given ?? process.env['HCLOUD_TOKEN'] ?? (await kept())
      if (!token) throw new AppError('PROVIDER_TOKEN_MISSING', 'there is no token for Hetzner')
      // loaded for the few that rent machines
      const { createHetzner } = await import('../adapters/hetzner/hetzner.ts')
      return createHetzner({ endpoint: hetzner.endpoint, token, clock: systemClock })
    },
  }
}
