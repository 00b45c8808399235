import { lastLine } from '../../../lib/last-line.ts'
import { AppError } from '../../errors.ts'
import type { Challenge, ChallengeSolver, OrderFault } from '../../ports/acme.ts'
import type { DeployDeps } from '../deps.ts'
import { applyRoutes, type IngressDeps } from '../ingress.ts'

type SolveDeps = IngressDeps & Pick<DeployDeps, 'host' | 'clock'>

/** How long the ingress may take to give an answer to a CA, ms. */
const longestShow = 15_000
/** How long a hook may take: what it changes must be seen by the world when it ends, ms. */
const longestHook = 10 * 60_000

/** What shows a CA that a domain is ours, as the settings want it. */
export function solverFor(deps: SolveDeps, signal: AbortSignal): ChallengeSolver {
  const { challenge = 'http-01' } = deps.ingressSettings.tls?.acme ?? {}
  return challenge === 'http-01' ? byIngress(deps, signal) : byHook(deps, signal)
}

/** The ingress answers. */
function byIngress(deps: SolveDeps, signal: AbortSignal): ChallengeSolver {
  return {
    kind: 'http-01',
    async present(challenge) {
      if (challenge.kind !== 'http-01') return
      deps.answers.set(challenge.path, challenge.answer)
      await applyRoutes(deps)
      await untilAnswered(deps, challenge, signal)
    },
    // out of the configuration with the next change of it: it says nothing to anybody but the CA
    async cleanUp(challenge) {
      if (challenge.kind === 'http-01') deps.answers.delete(challenge.path)
    },
  }
}

async function untilAnswered(
  deps: SolveDeps,
  { domain, path, answer }: Extract<Challenge, { kind: 'http-01' }>,
  signal: AbortSignal,
): Promise<void> {
  const { address, httpPort } = deps.ingressSettings
  const target = { kind: 'text' as const, address, port: httpPort, path, host: domain, expect: answer }
  const deadline = deps.clock.now().getTime() + longestShow
  for (;;) {
    const fault = await deps.probe(target)
    if (fault === null) return
    if (deps.clock.now().getTime() > deadline)
      throw orderFailed(`${deps.ingress.name} does not answer for ${domain}: ${fault}`, { type: 'ingress' })
    await deps.clock.wait(25, signal)
  }
}

/** A program of the user's sets a TXT record, and removes it: `HOOK… present|cleanup NAME. VALUE`. */
function byHook(deps: SolveDeps, signal: AbortSignal): ChallengeSolver {
  const [program = '', ...given] = deps.ingressSettings.tls?.acme.dnsHook ?? []
  const call = async (verb: 'present' | 'cleanup', challenge: Challenge) => {
    if (challenge.kind !== 'dns-01') return
    const argv = [program, ...given, verb, `${challenge.name}.`, challenge.answer]
    const { exitCode, stderr, timedOut } = await deps.host.run(argv, { timeoutMs: longestHook, signal })
    if (exitCode === 0) return
    const why = timedOut ? 'it took longer than ten minutes' : lastLine(stderr)
    throw orderFailed(`${program} ${verb} failed for ${challenge.domain}: ${why || `exit ${exitCode}`}`, {
      type: 'hook',
    })
  }
  return {
    kind: 'dns-01',
    present: (challenge) => call('present', challenge),
    // a record that stays does no harm; that the order is lost for it would
    cleanUp: (challenge) => call('cleanup', challenge).catch(() => undefined),
  }
}

const orderFailed = (message: string, fault: Pick<OrderFault, 'type'>) =>
  new AppError('CERTIFICATE_FAILED', message, {
    stage: 'certificate',
    details: { ...fault, retryAfter: null, isFinal: false },
  })
