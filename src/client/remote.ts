import type { IncomingMessage } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { type MachineSockets, machineSockets } from '../contract/home.ts'
import type { Client, OpenOptions, Transport } from './client.ts'
import { ClientError, interrupted, unavailable } from './failure.ts'
import { post, readBody } from './request.ts'

/** A machine as the command line names it. */
export interface MachineName {
  /** This machine's BERTH_HOME. */
  home: string
  context: string
  name: string
  /** Socket of the caller's SSH agent, for a connection that has to be made anew. */
  agent: string | undefined
}

/** How long an operation that goes on there is waited for when the connection to it is lost, ms. */
const longestSilence = 10 * 60_000

/** How long to wait between two attempts to follow it again, ms. */
const pause = 500

/**
 * Another machine's daemon. A call goes over a line this machine's daemon holds ready, which makes it one round trip; streams,
 * and all where no daemon runs here, over ssh's own socket. Only where nobody listens there either is this machine's daemon
 * asked, which connects again or says why it cannot.
 */
export function remoteTransport(
  machine: MachineName,
  local: Client,
  { onNotice, signal }: { onNotice: (text: string) => void; signal: AbortSignal },
): Transport {
  const sockets = machineSockets(machine.home, machine.context, machine.name)
  const { context, name, agent } = machine
  const reopen = () => local.call('machine.open', { context, name, ...(agent === undefined ? {} : { agent }) })
  const ask = async (route: string, input: unknown, options?: OpenOptions) => {
    try {
      return await accepted(name, await postReady(sockets, route, input, options))
    } catch (error) {
      if (error instanceof ClientError) throw error
      if (options?.signal?.aborted) throw interrupted()
      await reopen()
      return accepted(
        name,
        await post(sockets.socket, route, input, { ...options, tolerant: true }).catch(notAnswering(name)),
      )
    }
  }
  return {
    machine: name,
    open: (route, input, options) =>
      route === 'operation.follow'
        ? patiently(name, { onNotice, signal }, () => ask(route, input, options))
        : ask(route, input, options),
  }
}

/** A machine's daemon over the connection that stands; where none does it is not asked, and nobody is to make one. */
export function standingTransport(name: string, sockets: MachineSockets): Transport {
  return {
    machine: name,
    async open(route, input, options) {
      const asked = postReady(sockets, route, input, options)
      return accepted(name, await asked.catch(notReached(name)))
    },
  }
}

const notReached = (name: string) => () => {
  throw new ClientError({
    code: 'MACHINE_UNREACHABLE',
    message: `${name} does not answer`,
    hint: `berth machine check ${name}`,
    details: { machine: name },
  })
}

/** Asks over a ready line, or a new one where there is none. Rejects with Node's errno errors. */
export async function postReady(
  { socket, ready }: MachineSockets,
  route: string,
  input: unknown,
  options: OpenOptions = {},
): Promise<IncomingMessage> {
  const tolerant = { ...options, tolerant: true }
  if (options.stream) return post(socket, route, input, tolerant)
  try {
    return await post(ready, route, input, tolerant)
  } catch (error) {
    if (options.signal?.aborted) throw error
    return post(socket, route, input, tolerant)
  }
}

const notAnswering = (name: string) => (error: unknown) => {
  throw unavailable(`berthd on ${name} does not answer: ${error instanceof Error ? error.message : String(error)}`)
}

/** What is under way there goes on without us: it is found again when the machine is. */
async function patiently(
  name: string,
  { onNotice, signal }: { onNotice: (text: string) => void; signal: AbortSignal },
  ask: () => Promise<IncomingMessage>,
): Promise<IncomingMessage> {
  const deadline = Date.now() + longestSilence
  for (let told = false; ; ) {
    try {
      return await ask()
    } catch (error) {
      if (signal.aborted) throw interrupted()
      if (!isAway(error) || Date.now() > deadline) throw error
      if (!told) onNotice(`${name} does not answer; what was begun goes on there, and so does this once it is back`)
      told = true
      await wait(pause)
    }
  }
}

const isAway = (error: unknown) =>
  error instanceof ClientError && ['MACHINE_UNREACHABLE', 'DAEMON_UNAVAILABLE'].includes(error.error.code)

/** A berthd that is too far from this berth says so. */
async function accepted(name: string, answer: IncomingMessage): Promise<IncomingMessage> {
  if (answer.statusCode !== 426) return answer
  const { error } = JSON.parse(await readBody(answer)) as { error: { message: string } }
  throw new ClientError({
    code: 'VERSION_MISMATCH',
    message: `${name}: ${error.message}`,
    hint: `berth connect brings ${name} to this version; if it is the newer one, upgrade Berth here`,
    details: { machine: name },
  })
}
