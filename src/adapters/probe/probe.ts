import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import type { DeployDeps, Probe, ProbeTarget } from '../../core/deploy/deps.ts'

/** How long a container may think about one question, ms. */
const patience = 3000

/** Asks as the ingress would: a connection of its own, closed after the answer. */
export const probe: Probe = (target) => (target.kind === 'tcp' ? askTcp(target) : askHttp(target))

function askTcp({ address, port }: ProbeTarget): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>()
  const socket = connect({ host: address, port, timeout: patience })
  socket.once('connect', () => resolve(null))
  socket.once('timeout', () => resolve('it takes no connection'))
  socket.once('error', (error) => resolve(error.message))
  return promise.finally(() => socket.destroy())
}

function askHttp({ kind, address, port, path, host, header, expect }: ProbeTarget): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>()
  const outgoing = request({ host: address, port, path, headers: { host }, agent: false, timeout: patience })
  outgoing.once('response', (answer) => {
    const status = answer.statusCode ?? 0
    const wrong = `it answers with status ${status}`
    const unless = (isRight: boolean) => resolve(isRight ? null : wrong)
    if (kind === 'text')
      return void textOf(answer).then(
        (text) => unless(text === expect),
        () => resolve(wrong),
      )
    answer.resume()
    return unless(
      kind === 'header' ? answer.headers[header ?? 'berth-deployment'] === expect : status < failsFrom(path),
    )
  })
  outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer within ${patience / 1000} s`)))
  outgoing.once('error', (error) => resolve(error.message))
  outgoing.end()
  return promise
}

/** Many APIs have nothing at their root, or ask for a login: that they answer is enough. A path that was chosen has to be well. */
const failsFrom = (path: string) => (path === '/' ? 500 : 400)

/** The first kilobytes of an answer: more is not expected. */
async function textOf(answer: IncomingMessage): Promise<string> {
  let text = ''
  answer.setEncoding('utf8')
  for await (const chunk of answer) {
    text += chunk as string
    if (text.length > 4096) break
  }
  return text
}

/** The body of an answer with status 200; null for any other, and where there is none. */
export const readPage: DeployDeps['readPage'] = ({ address, port, path, host }) => {
  const { promise, resolve } = Promise.withResolvers<string | null>()
  const target = { host: address, port, path, headers: { host }, agent: false, timeout: patience }
  const outgoing = request(target, (answer) => {
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    answer.on('end', () => resolve(answer.statusCode === 200 ? Buffer.concat(chunks).toString('utf8') : null))
    answer.on('error', () => resolve(null))
  })
  outgoing.once('timeout', () => outgoing.destroy())
  outgoing.once('error', () => resolve(null))
  outgoing.end()
  return promise
}
