import type { Told, WebhookRecord, Work } from './model.ts'

/** What is to be done about something a provider told; a text: nothing, and why. */
export function judge(webhook: WebhookRecord, told: Told, delivery: string): Work | string {
  if (told.kind === 'ping') return 'it answers'
  if (told.kind === 'other') return `${told.what} is nothing to deploy`
  if (told.repository !== webhook.repository) return `it is for ${webhook.repository}, not ${told.repository}`
  if (told.kind === 'push') {
    if (told.branch !== webhook.branch) return `${told.branch} is not ${webhook.branch}`
    return { kind: 'deploy', delivery, commit: told.commit }
  }
  if (!webhook.previews) return 'pull requests get no env'
  // what a stranger proposes must not run here: its compose file could mount anything
  if (!told.isOwn) return 'it comes from another repository'
  const { number, commit } = told
  return told.action === 'close'
    ? { kind: 'preview-end', delivery, number }
    : { kind: 'preview', delivery, number, commit }
}

/** The work with a newer piece in it: that takes the place of an older one about the same. */
export function withWork(pending: readonly Work[], work: Work): { pending: Work[]; replaced: Work[] } {
  const isSame = (one: Work) => aboutOf(one) === aboutOf(work)
  return { pending: [...pending.filter((one) => !isSame(one)), work], replaced: pending.filter(isSame) }
}

const aboutOf = (work: Work) => (work.kind === 'deploy' ? 'deploy' : `pull request ${work.number}`)

/** What a delivery is about, in words. */
export const eventOf = (told: Told): string =>
  told.kind === 'pull' ? `pull request ${told.number}` : told.kind === 'other' ? told.what : told.kind
