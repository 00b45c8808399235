import { request } from 'node:http'
import type { ApiError } from '../../contract/events.ts'
import type { Input, Output, RouteName } from '../../contract/routes.ts'
import { routePath } from '../../contract/wire.ts'
import { errorCatalogue } from '../../core/error-catalogue.ts'
import { AppError, type ErrorCode } from '../../core/errors.ts'

/** Asks the berthd behind a socket a call of the contract. Rejects with an Error when it does not answer 200 in time. */
export async function askDaemon<N extends RouteName>(
  socket: string,
  name: N,
  input: Input<N>,
  timeoutMs: number,
): Promise<Output<N>> {
  const { status, body } = await post(socket, name, input, timeoutMs)
  if (status !== 200) throw new Error(`berthd answered ${status}`)
  return JSON.parse(body) as Output<N>
}

/** The same, where what the other berthd says is wrong goes on to the caller; one that cannot be asked is MACHINE_UNREACHABLE. */
export async function callDaemon<N extends RouteName>(
  machine: { name: string; socket: string },
  name: N,
  input: Input<N>,
  timeoutMs: number,
): Promise<Output<N>> {
  const { status, body } = await post(machine.socket, name, input, timeoutMs).catch((cause: unknown) => {
    throw new AppError('MACHINE_UNREACHABLE', `${machine.name} does not answer`, { cause })
  })
  if (status === 200) return JSON.parse(body) as Output<N>
  throw errorThere(machine.name, body)
}

function errorThere(machine: string, body: string): AppError {
  try {
    const { error } = JSON.parse(body) as { error: ApiError }
    if (error.code in errorCatalogue)
      return new AppError(error.code as ErrorCode, `${machine}: ${error.message}`, {
        hint: error.hint,
        details: { ...error.details, machine },
      })
  } catch {
    // said below
  }
  return new AppError('INTERNAL', `berthd on ${machine} answered with no error this Berth knows`)
}

async function post(
  socket: string,
  name: RouteName,
  input: unknown,
  timeoutMs: number,
): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>()
  const signal = AbortSignal.timeout(timeoutMs)
  const headers = { 'content-type': 'application/json' }
  const target = { socketPath: socket, path: routePath(name), method: 'POST', headers, signal, agent: false }
  const outgoing = request(target, (answer) => {
    const chunks: Buffer[] = []
    answer.on('error', reject)
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    answer.on('end', () => {
      resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') })
    })
  })
  outgoing.on('error', reject)
  outgoing.end(JSON.stringify(input))
  return promise
}
