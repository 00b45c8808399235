import type { BerthContext } from '../../context.ts'

/** The provider's token as this shell has it; the daemon has one of its own in a file, or says what to do. */
export function providerToken({ env }: Pick<BerthContext, 'env'>): { providerToken?: string } {
  return env['HCLOUD_TOKEN'] ? { providerToken: env['HCLOUD_TOKEN'] } : {}
}
