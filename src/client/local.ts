import { lstatSync, type Stats } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { socketPath } from '../contract/home.ts'
import type { Input, Output, RouteName } from '../contract/routes.ts'
import { versionHeader } from '../contract/wire.ts'
import { version } from '../lib/version.ts'
import { readAnswer, type Transport } from './client.ts'
import { ClientError, unavailable } from './failure.ts'
import { postAnew, readBody } from './request.ts'
import { type LocalDaemon, startDaemon } from './start-daemon.ts'

export type { LocalDaemon } from './start-daemon.ts'

/** How long to wait for a daemon that starts, stops or makes way, ms: on a busy machine a start takes seconds. */
const patience = 30_000

/** How long another berth's daemon may take from its start until it listens, ms, before one more is tried. */
const otherStart = 1000

/** This machine's daemon: started when absent, waited for while it stops, replaced when it is of another version and idle. */
export function localTransport(daemon: LocalDaemon): Transport {
  const socket = socketPath(daemon.home)
  const start = once(() => startDaemon(daemon))
  return {
    machine: 'local',
    async open(name, input, options) {
      refuseForeign(socket)
      const request = () => postAnew(socket, name, input, options)
      if (!options?.join) return reach(daemon, start, request)
      const answer = await tried(request)
      if (answer === undefined) throw unavailable('berthd does not run')
      return answer
    },
  }
}

/** Asks a daemon that may not be there; undefined when nobody listens. Never starts one. */
export async function askRunning<N extends RouteName>(
  home: string,
  name: N,
  input: Input<N>,
): Promise<Output<N> | undefined> {
  refuseForeign(socketPath(home))
  const answer = await tried(() => postAnew(socketPath(home), name, input))
  return answer && readAnswer<N>(answer)
}

/** A socket in a directory of somebody else's would be somebody else's daemon. */
function refuseForeign(socket: string): void {
  const directory = dirname(socket)
  const found = statusOf(directory)
  if (!found || found.uid === process.getuid?.()) return
  throw new ClientError({
    code: 'HOME_INVALID',
    message: `${directory} belongs to another user`,
    hint: 'set BERTH_HOME to a directory of yours',
    details: { directory, uid: found.uid },
  })
}

/** Undefined for what is not there or cannot be there: the daemon says what is wrong with it. */
function statusOf(directory: string): Stats | undefined {
  try {
    return lstatSync(directory, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** Repeats a request until a daemon of this version has taken it. */
async function reach(
  daemon: LocalDaemon,
  start: () => Promise<boolean>,
  request: () => Promise<IncomingMessage>,
): Promise<IncomingMessage> {
  const deadline = Date.now() + patience
  let startAt = 0
  while (Date.now() < deadline) {
    const answer = await tried(request)
    if (answer !== undefined && answer.statusCode !== 426) return answer
    if (answer !== undefined) await makeWay(daemon, answer)
    else if (Date.now() >= startAt) {
      // one that stops still holds the home, one that starts does not listen yet
      if (!(await start())) startAt = Date.now() + otherStart
      else continue
    }
    await wait(10)
  }
  throw unavailable('a berthd has this BERTH_HOME, but does not listen')
}

/** Work that is under way once, however many ask for it: a command that asks twice starts one daemon. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined
  return () => {
    underWay ??= work().finally(() => (underWay = undefined))
    return underWay
  }
}

/** The answer, or undefined when nobody listens. A connection that broke before an answer is tried once more. */
async function tried(request: () => Promise<IncomingMessage>): Promise<IncomingMessage | undefined> {
  try {
    return await request().catch((error: unknown) => (isBroken(error) ? request() : Promise.reject(error as Error)))
  } catch (error) {
    if (isNobody(error)) return undefined
    throw toClientError(error)
  }
}

/** Asks a daemon of another version to stop, so that one of this version can take its place. Throws DAEMON_BUSY. */
async function makeWay({ home }: LocalDaemon, refusal: IncomingMessage): Promise<void> {
  refusal.resume()
  const answer = await tried(() => postAnew(socketPath(home), 'daemon.stop', { ifIdle: true }))
  if (answer === undefined) return
  await readBody(answer)
  if (answer.statusCode === 200) return
  throw new ClientError({
    code: 'DAEMON_BUSY',
    message: `berthd ${String(refusal.headers[versionHeader])} is still working, so this berth (${version}) cannot replace it now`,
    hint: 'wait for its operations to end, or berth daemon stop: they are taken up again',
    details: {},
  })
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : '')
const nobody = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'ECONNREFUSED']
const isNobody = (error: unknown) => nobody.includes(codeOf(error))
const isBroken = (error: unknown) => ['ECONNRESET', 'EPIPE'].includes(codeOf(error))

function toClientError(error: unknown): ClientError {
  if (error instanceof ClientError) return error
  const denied = ['EACCES', 'EPERM'].includes(codeOf(error))
  const message = error instanceof Error ? error.message : String(error)
  return unavailable(
    denied ? 'the daemon of this BERTH_HOME belongs to another user' : `berthd does not answer: ${message}`,
  )
}
