import type { IncomingMessage } from 'node:http'
import { authenticate } from '../../core/access/authenticate.ts'
import { type Caller, owner } from '../../core/access/model.ts'
import { AppError } from '../../core/errors.ts'
import type { AccessStore, Clock } from '../../core/ports.ts'
import { createRateLimiter } from '../../lib/rate-limiter.ts'

/** Who asks, and from where. */
export interface Visitor {
  caller: Caller
  /** `socket`, or an address. */
  from: string
}

/** Knows who sends a request. */
export interface Door {
  /** Throws TOKEN_INVALID, TOO_MANY_REQUESTS. */
  identify(request: IncomingMessage): Promise<Visitor>
  /** Where a request comes from, before anybody knows from whom. */
  from(request: IncomingMessage): string
}

interface DoorDeps {
  access: AccessStore
  clock: Pick<Clock, 'now'>
}

/** Wrong tokens from one address: ten at once, then one each six seconds. Right ones do not count. */
const wrongTokens = { burst: 10, perSecond: 1 / 6 }
/** Calls with one token: what a busy script needs, and less than what keeps others waiting. */
const calls = { burst: 200, perSecond: 50 }

/** The home's socket: only its user reaches it, so whoever does is the owner, unless a token says less. */
export function createSocketDoor(deps: DoorDeps): Door {
  const byToken = tokenReader(deps)
  const from = () => 'socket'
  return {
    from,
    async identify(request) {
      if (request.headers.authorization === undefined) return { caller: owner, from: 'socket' }
      return byToken(request, 'socket')
    },
  }
}

/** An address of the network: nobody comes in without a token. */
export function createNetworkDoor(deps: DoorDeps): Door {
  const byToken = tokenReader(deps)
  const from = ({ socket }: IncomingMessage) => socket.remoteAddress ?? 'network'
  return { from, identify: (request) => byToken(request, from(request)) }
}

function tokenReader({ access, clock }: DoorDeps) {
  const now = () => clock.now().getTime()
  const tries = createRateLimiter(wrongTokens, now)
  const rate = createRateLimiter(calls, now)
  return async ({ headers }: IncomingMessage, from: string): Promise<Visitor> => {
    const key = neighbourhood(from)
    if (!tries.take(key)) throw new AppError('TOO_MANY_REQUESTS', 'too many tokens that are not valid came from there')
    const text = /^Bearer (\S{1,200})$/.exec(headers.authorization ?? '')?.[1] ?? ''
    const caller = await authenticate({ access, clock }, text)
    tries.giveBack(key)
    if (caller.kind === 'token' && !rate.take(caller.token.id))
      throw new AppError('TOO_MANY_REQUESTS', 'too many calls with this token')
    return { caller, from }
  }
}

/** Who has one IPv6 address has 2^64 of them. */
function neighbourhood(address: string): string {
  const plain = address.replace(/^::ffff:/, '')
  return plain.includes(':') ? plain.split(':').slice(0, 4).join(':') : plain
}
