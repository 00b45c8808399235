import { AppError } from '../../src/core/errors.ts'
import type { ResolverFacts, ResolverRecord, ResolverStep } from '../../src/core/names/resolver-model.ts'
import { planResolver } from '../../src/core/names/resolver-plan.ts'
import { filesAfter, planUndo } from '../../src/core/names/resolver-undo.ts'
import type { ResolverSetup } from '../../src/core/ports/names.ts'
import { quoteCommand } from '../../src/lib/quote.ts'

const path = '/etc/resolv.conf'

/** A machine with a plain resolv.conf that is only remembered; what a plan says is done to the memory. */
export interface FakeResolverSetup extends ResolverSetup {
  /** Who asks for changes: 0, root, unless said. */
  uid: number
  /** What resolv.conf says now. */
  resolvConf(): string
}

/** Makes one. */
export function createFakeResolverSetup(resolvConf = 'nameserver 192.0.2.53\n'): FakeResolverSetup {
  const conf = { kind: 'file', content: resolvConf, mode: 0o644, uid: 0, gid: 0 } as const
  let files: ResolverFacts['files'] = { [path]: conf }
  let record: ResolverRecord | null = null
  const says = () => (files[path]?.kind === 'file' ? files[path].content : '')
  const facts = (): ResolverFacts => ({
    platform: 'linux',
    resolved: null,
    networkManagerDnsmasq: false,
    unprivilegedPortStart: 1024,
    resolvConf: says(),
    files,
  })
  const run = (steps: readonly ResolverStep[]) => void (files = filesAfter(files, steps))
  const undoing = () => (record === null ? { steps: [], warnings: [] } : planUndo(record, files))
  const setup: FakeResolverSetup = {
    uid: 0,
    resolvConf: says,
    current: async () => record,
    plan: async (wish) => planResolver(facts(), wish, record),
    async apply({ method, wish, service, undo, steps }, command) {
      if (undo.length + steps.length === 0) return
      needRoot(setup.uid, command)
      run([...undo, ...steps])
      record = { version: 1, method, wish, service, steps }
    },
    planUndo: async () => undoing(),
    async undo(command) {
      if (record === null) return
      needRoot(setup.uid, command)
      run(undoing().steps)
      record = null
    },
  }
  return setup
}

function needRoot(uid: number, command: readonly string[]): void {
  if (uid === 0) return
  throw new AppError('NEEDS_ROOT', 'the resolver is for root to change', { hint: quoteCommand(['sudo', ...command]) })
}
