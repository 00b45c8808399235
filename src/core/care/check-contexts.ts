import { listContexts } from '../contexts/contexts.ts'
import { findLeaks } from '../vault/find-leaks.ts'
import type { CareDeps, Fault } from './model.ts'

/** What crosses the boundary of a context, and secrets that stand where they should not. */
export async function checkContexts(deps: CareDeps): Promise<Fault[]> {
  return [...(await unknownContexts(deps)), ...(await sharedMachines(deps)), ...(await leakedSecrets(deps))]
}

/** Machines and secrets of a context nobody made: after a restore, or by another hand. */
async function unknownContexts({ store, files, paths, clock }: CareDeps): Promise<Fault[]> {
  const known = new Set((await listContexts({ store, files, paths, clock })).map(({ name }) => name))
  const machines = (await store.machines()).map(({ context }) => context)
  const found = [...machines, ...(await files.list(`${paths.home}/contexts`))]
  return [...new Set(found)]
    .filter((name) => !known.has(name))
    .map((name) => ({
      kind: 'unknown-context',
      subject: name,
      problem: `there are machines or secrets of a context ${name}, and no such context`,
      remedy: `berth context create ${name} takes them up again; berth context rm ${name} then removes them`,
      severity: 'warning',
    }))
}

/** One server in two contexts: fine, as long as its owner knows. */
async function sharedMachines({ store }: CareDeps): Promise<Fault[]> {
  const machines = await store.machines()
  const byPlace = Object.groupBy(machines, ({ destination }) => destination)
  return Object.entries(byPlace).flatMap(([destination, records = []]) => {
    const contexts = new Set(records.map(({ context }) => context))
    if (contexts.size < 2) return []
    const names = records.map(({ context, name }) => `${name} (${context})`).join(' and ')
    return {
      kind: 'shared-machine',
      subject: destination,
      problem: `${names} are one server: who operates it sees the apps of both contexts`,
      remedy: 'give each context a server of its own, or leave it so',
      severity: 'note' as const,
    }
  })
}

async function leakedSecrets({ vault, textSearch }: CareDeps): Promise<Fault[]> {
  return (await findLeaks({ ...vault, textSearch })).map(({ key, vault: from, file }) => ({
    kind: 'leaked-secret',
    subject: file,
    problem: `${key} of ${from} stands in it in plain text`,
    remedy: `take it out, and change the secret: whoever could read the file knows it (berth secret set ${key})`,
    severity: 'error',
  }))
}
