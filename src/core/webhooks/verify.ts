import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Provider } from './model.ts'

/** Headers of a request, names in lower case. */
export type Headers = Readonly<Record<string, string | undefined>>

/**
 * Whether a request was made by who knows the secret. GitHub signs the body (X-Hub-Signature-256), Gitea too
 * (X-Gitea-Signature), GitLab sends the secret itself (X-Gitlab-Token). Takes equally long whatever is wrong.
 */
export function isGenuine(provider: Provider, secret: string, headers: Headers, body: Uint8Array): boolean {
  if (provider === 'gitlab') return isSame(headers['x-gitlab-token'] ?? '', secret)
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  if (provider === 'github') return isSame(headers['x-hub-signature-256'] ?? '', `sha256=${signature}`)
  return isSame(headers['x-gitea-signature'] ?? '', signature)
}

/** Compared as digests: equally long ones, so that not even the length shows. */
const isSame = (one: string, other: string) => timingSafeEqual(digest(one), digest(other))

const digest = (text: string) => createHash('sha256').update(text).digest()

/** What stands for a body: the part of a delivery that is signed. */
export const digestOf = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex').slice(0, 32)
