import { type AuditEntry, type Caller, nameOf } from '../../core/access/model.ts'
import { toAppError } from '../../core/errors.ts'
import type { OperationScope } from '../../core/operations/run-steps.ts'
import type { Clock } from '../../core/ports.ts'
import type { Audit } from './audit.ts'

/** The note of one call, as it comes to light; written once, when its end is known. */
export interface CallNote {
  by(caller: Caller, access: string | undefined): void
  about(input: unknown): void
  /** Something that may stay open for long: it is noted already now, and again when it ends. */
  begun(): void
  end(result: string): void
  /** Work whose end is the call's, however long it takes and whoever still listens. */
  around(work: (scope: OperationScope) => Promise<unknown>): (scope: OperationScope) => Promise<unknown>
}

/** Longest text of a stranger's that is kept, characters. */
const longest = 120

/** Begins the note of a call. What the owner only looks at is not noted: that would be all there is to read. */
export function startNote(
  { audit, clock }: { audit: Audit; clock: Pick<Clock, 'now'> },
  what: string,
  from: string,
): CallNote {
  const began = clock.now()
  const entry: Omit<AuditEntry, 'result' | 'ms'> = {
    at: began.toISOString(),
    who: 'nobody',
    holder: null,
    from,
    what: what.slice(0, longest),
    subject: null,
  }
  let state: 'open' | 'work' | 'written' = 'open'
  const add = (result: string) => audit.note({ ...entry, result, ms: clock.now().getTime() - began.getTime() })
  const write = (result: string) => {
    if (state !== 'written') add(result)
    state = 'written'
  }
  return {
    by(caller, access) {
      if (caller.kind === 'owner' && (access === 'read' || access === undefined)) state = 'written'
      entry.who = nameOf(caller)
      entry.holder = caller.kind === 'owner' ? null : caller.token.holder
    },
    about: (input) => void (entry.subject = subjectOf(input)),
    begun: () => void (state === 'open' && add('begun')),
    // the answer of an operation may end before it does
    end: (result) => (state === 'work' ? undefined : write(result)),
    around(work) {
      if (state === 'open') state = 'work'
      return (scope) => watched(() => work(scope), write)
    },
  }
}

async function watched(work: () => Promise<unknown>, write: (result: string) => void): Promise<unknown> {
  try {
    const value = await work()
    write('ok')
    return value
  } catch (error) {
    write(toAppError(error).code)
    throw error
  }
}

/** What a request is about, in the words it uses itself; never more of it than names. */
function subjectOf(input: unknown): string | null {
  const { env, ...own } = input as { env?: object; [key: string]: unknown }
  const named = { ...own, ...env } as Record<string, unknown>
  const words = [named['project'], named['name'] ?? named['holder'] ?? named['id'] ?? named['operation']]
  const text = words.filter((word) => typeof word === 'string').join('/')
  return text === '' ? null : text.slice(0, longest)
}
