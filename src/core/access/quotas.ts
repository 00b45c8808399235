import type { HeldQuota } from '../envs/deps.ts'
import type { AccessStore } from '../ports.ts'
import type { Quota } from './model.ts'

/**
 * What holds for envs of a token: its own quota, those of the tokens it was issued with, and the user's, which counts all
 * envs of the machine.
 */
export async function quotasFor(
  { access, own }: { access: Pick<AccessStore, 'tokens'>; own: Quota },
  by: string | undefined,
): Promise<HeldQuota[]> {
  const all: HeldQuota = { ...own, whose: 'this user', by: undefined }
  if (by === undefined) return isLimited(own) ? [all] : []
  const tokens = await access.tokens()
  const held: HeldQuota[] = isLimited(own) ? [all] : []
  for (let id: string | null | undefined = by; id; ) {
    const token = tokens.find((one) => one.id === id)
    if (token && isLimited(token.quota))
      held.push({ ...token.quota, whose: `${token.holder} (${token.id})`, by: token.id })
    id = token?.issuer
  }
  return held
}

const isLimited = (quota: Quota) => Object.values(quota).some((limit) => limit !== null)
