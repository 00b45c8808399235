import type { SessionDeps } from './deps.ts'

/** Ends all sessions of an env and removes their records and files, also what no record knows of. Safe to repeat. */
export async function removeSessions(
  deps: Pick<SessionDeps, 'store' | 'multiplexer' | 'transcripts' | 'locks'>,
  envId: string,
): Promise<void> {
  await deps.locks.run(`sessions ${envId}`, async () => {
    const records = (await deps.store.sessions()).filter((record) => record.envId === envId)
    const unknown = (await deps.multiplexer.list()).map(({ id }) => id).filter((id) => id.startsWith(`${envId}-`))
    const ids = new Set([...records.map(({ id }) => id), ...unknown])
    await Promise.all([...ids].map((id) => deps.multiplexer.kill(id)))
    for (const record of records) {
      await deps.transcripts.remove(record)
      await deps.store.removeSession(record.id)
    }
  })
}
