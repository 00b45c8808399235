import { AppError } from '../../errors.ts'
import type { PushVerdict, RefUpdate, RemoteRecord } from './model.ts'

const line = /^([0-9a-f]{40}(?:[0-9a-f]{24})?) ([0-9a-f]{40}(?:[0-9a-f]{24})?) (refs\/\S+)$/

/** What git tells a hook, as data. Throws USAGE for what git never writes. */
export function readUpdates(text: string): RefUpdate[] {
  return text
    .split('\n')
    .filter((one) => one !== '')
    .map((one) => {
      const [, before = '', after = '', ref = ''] = line.exec(one) ?? []
      if (ref === '') throw new AppError('USAGE', 'this is not what git tells a hook')
      return { before: idOrNull(before), after: idOrNull(after), ref }
    })
}

const idOrNull = (id: string) => (/^0+$/.test(id) ? null : id)

/**
 * Whether a push may be, and what of it is deployed. A push is taken as a whole or not at all: one that brought more than
 * what runs would look as if that were in production too. Throws PUSH_REFUSED.
 */
export function judgePush(
  updates: readonly RefUpdate[],
  { branch, app }: Pick<RemoteRecord, 'branch' | 'app'>,
): PushVerdict {
  const notes: string[] = []
  let deploy: PushVerdict['deploy'] = null
  for (const { ref, before, after } of updates) {
    const tag = after === null ? undefined : /^refs\/tags\/(.+)/.exec(ref)?.[1]
    const other = /^refs\/heads\/(.+)/.exec(ref)?.[1]
    if (ref === `refs/heads/${branch}`) {
      if (after === null)
        throw refused(`${branch} is what runs of ${app}, and stays`, `berth app rm ${app} takes it out of production`)
      deploy = { commit: after, before }
    } else if (tag !== undefined) notes.push(`the tag ${tag} is kept, and deploys nothing`)
    else if (other !== undefined && after !== null)
      throw refused(`only ${branch} is deployed here, not ${other}`, `git push berth ${other}:${branch} deploys it`)
    else if (after !== null) throw refused(`${ref} is no branch and no tag`, `git push berth ${branch}`)
  }
  return { deploy, notes }
}

const refused = (message: string, hint: string) => new AppError('PUSH_REFUSED', message, { stage: 'preflight', hint })
